package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.ReasonCode;

/// Answers that wait for the journal.
class AcknowledgementsTest {
    private final List<Packet> sent = new ArrayList<>();
    private final List<Packet> told = new ArrayList<>();
    private final Acknowledgements answers = new Acknowledgements(new Recorder(), told::add);

    private static Puback puback(int identifier) {
        return new Puback(identifier, ReasonCode.SUCCESS);
    }

    private static Pubrec pubrec(int identifier) {
        return new Pubrec(identifier, ReasonCode.SUCCESS);
    }

    @Test
    void whatIsDurableGoesOutAtOnce() {
        answers.send(puback(1), 0, 0);
        answers.send(puback(2), 5, 5);
        assertThat(sent).containsExactly(puback(1), puback(2));
        assertThat(answers.waiting()).isZero();
    }

    @Test
    void whatWaitsLeavesWhenTheJournalHasIt() {
        answers.send(puback(1), 5, 4);
        answers.send(pubrec(2), 6, 4);
        assertThat(answers.waiting()).isEqualTo(2);
        assertThat(answers.pubacksWaiting()).isEqualTo(1);
        answers.durable(4, 9);
        assertThat(sent).isEmpty();
        answers.durable(5, 9);
        assertThat(sent).containsExactly(puback(1));
        answers.durable(9, 9);
        assertThat(sent).containsExactly(puback(1), pubrec(2));
        assertThat(answers.waiting()).isZero();
        assertThat(answers.pubacksWaiting()).isZero();
    }

    @Test
    void answersOfOneKindKeepTheOrderOfTheirRequestsAndOthersDoNotWait() {
        answers.send(puback(1), 5, 4);
        answers.send(puback(2), 0, 4); // depends on nothing
        answers.send(pubrec(3), 0, 4);
        assertThat(sent).containsExactly(pubrec(3));
        answers.send(puback(4), 3, 4);
        answers.durable(5, 9);
        assertThat(sent).containsExactly(pubrec(3), puback(1), puback(2), puback(4)); // (B29)
        answers.send(puback(5), 0, 5);
        assertThat(sent).last().isEqualTo(puback(5));
    }

    @Test
    void soManyLeaveAtOnceAndNothingGoesBeforeTheOthers() {
        for (int i = 1; i <= 5; i++) {
            answers.send(puback(i), 5, 4);
        }
        answers.send(puback(6), 0, 5); // durable, and behind others that could leave
        assertThat(sent).isEmpty();
        assertThat(answers.durable(5, 2)).isEqualTo(2);
        answers.send(puback(7), 0, 5);
        assertThat(sent).containsExactly(puback(1), puback(2));
        assertThat(answers.durable(5, 4)).isEqualTo(4);
        answers.send(puback(8), 9, 5);
        assertThat(answers.durable(5, 4)).isEqualTo(1);
        assertThat(sent).last().isEqualTo(puback(7));
        answers.send(pubrec(9), 0, 5);
        assertThat(sent).as("nothing that could leave waits").last().isEqualTo(pubrec(9));
        assertThat(answers.durable(9, 4)).isEqualTo(1);
        assertThat(answers.waiting()).isZero();
    }

    @Test
    void whoeverOwnsThemIsToldOfEachBehindItsSending() {
        answers.send(puback(1), 5, 4);
        assertThat(told).isEmpty();
        answers.durable(5, 9);
        answers.send(puback(2), 0, 5);
        assertThat(told).isEqualTo(sent);
    }

    @Test
    void aPromisedAnswerCountsAsWaiting() {
        answers.promise(PacketType.PUBACK);
        answers.promise(PacketType.PUBREC);
        assertThat(answers.waiting()).isEqualTo(2);
        assertThat(answers.pubacksWaiting()).isEqualTo(1);
        answers.keepPromise(PacketType.PUBACK);
        answers.send(puback(1), 0, 0);
        assertThat(answers.waiting()).isEqualTo(1);
        assertThat(answers.pubacksWaiting()).isZero();
    }

    private final class Recorder implements Link {
        @Override
        public void send(Packet packet) {
            sent.add(packet);
        }

        @Override
        public void publish(Publish publish, int packetIdentifier, boolean dup, int topicAlias) {
            throw new AssertionError("an answer is no PUBLISH");
        }

        @Override
        public boolean fits(Publish publish, int topicAlias) {
            return true;
        }

        @Override
        public boolean writable() {
            return false; // answers go regardless
        }
    }
}
