package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Event;

/// Trouble of the store that comes and goes each second is a line a minute.
class StoreLinesTest {
    private static final String AGAIN = "what is acknowledged is kept again";

    private final ArrayDeque<Runnable> minutes = new ArrayDeque<>();
    private final List<String> told = new ArrayList<>();
    private final StoreLines lines =
            new StoreLines(minutes::add, line -> told.add(EventLog.text(line)));

    private void begins(String reason) {
        lines.tell(new Event.StoreUnavailable(reason));
    }

    private void ends() {
        lines.tell(new Event.StoreAvailable());
    }

    private void aMinutePasses() {
        assertThat(minutes).as("one look at a time").hasSize(1);
        minutes.remove().run();
    }

    private List<String> told() {
        List<String> since = List.copyOf(told);
        told.clear();
        return since;
    }

    private static String trouble(String reason) {
        return "nothing can be kept: %s; what would have to be is refused, and tried again"
                .formatted(reason);
    }

    @Test
    void troubleIsToldAtOnceAndItsEndToo() {
        begins("no room");
        assertThat(told()).containsExactly(trouble("no room"));
        ends();
        assertThat(told()).containsExactly(AGAIN);
        aMinutePasses();
        assertThat(told()).isEmpty();
        assertThat(minutes).isEmpty();
        begins("no room");
        aMinutePasses();
        ends();
        assertThat(told()).containsExactly(trouble("no room"), AGAIN);
    }

    @Test
    void whatComesAndGoesIsALineAMinute() {
        begins("a bad block");
        ends();
        told();
        for (int minute = 0; minute < 3; minute++) {
            for (int second = 0; second < 60; second++) {
                begins("a bad block");
                ends();
            }
            assertThat(told()).isEmpty();
            aMinutePasses();
            assertThat(told()).containsExactly(AGAIN + " (changes before it in a minute: 119)");
        }
        aMinutePasses();
        begins("a bad block");
        assertThat(told()).as("after a quiet minute").containsExactly(trouble("a bad block"));
    }

    /// The log never ends with what is not so any more.
    @Test
    void howItIsNowIsToldWithinAMinute() {
        begins("a bad block");
        ends();
        begins("a bad block");
        told();
        aMinutePasses();
        assertThat(told()).containsExactly(trouble("a bad block"));
        ends();
        begins("another");
        aMinutePasses();
        assertThat(told())
                .containsExactly(trouble("another") + " (changes before it in a minute: 1)");
    }
}
