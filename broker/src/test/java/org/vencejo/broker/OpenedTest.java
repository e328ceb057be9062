package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A start that fails closes what it has opened; one that does not, nothing.
class OpenedTest {
    private final List<String> closed = new ArrayList<>();

    private void start(boolean works) {
        try (Opened opened = new Opened()) {
            opened.add("first", closed::add);
            opened.add(
                    "second",
                    it -> {
                        throw new IllegalStateException("cannot close " + it);
                    });
            opened.add("third", closed::add);
            if (!works) {
                throw new StartException("no more");
            }
            opened.keep();
        }
    }

    @Test
    void theLastIsClosedFirstAndWhatCannotBeClosedHoldsUpNobody() {
        assertThatThrownBy(() -> start(false))
                .isInstanceOf(StartException.class)
                .satisfies(e ->
                        assertThat(e.getSuppressed())
                                .singleElement()
                                .extracting(Throwable::getMessage)
                                .isEqualTo("cannot close second"));
        assertThat(closed).containsExactly("third", "first");
    }

    @Test
    void nothingIsClosedWhenAllIsWell() {
        start(true);
        assertThat(closed).isEmpty();
    }
}
