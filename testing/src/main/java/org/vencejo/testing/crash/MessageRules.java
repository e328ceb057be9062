package org.vencejo.testing.crash;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// What was sent, what was acknowledged, and what came to whom. Confined to one thread.
///
/// That a message was acknowledged and did not come is known only when all queues are empty; all
/// other rules are broken by the note itself.
final class MessageRules {
    private final Map<Integer, Stream> streams = new HashMap<>();
    private final Map<Key, Expectation> expectations = new HashMap<>();

    private long taken;
    private long received;
    private long repeats;

    private static final class Stream {
        private final BitSet taken = new BitSet();
        private final BitSet repeated = new BitSet();
        private int end;
    }

    private record Key(int who, int stream) {}

    /// What one receiver is to get of one stream: all that was acknowledged from number `from` on.
    private static final class Expectation {
        private final int qos;
        private final boolean shared;
        private final int from;
        private final BitSet got = new BitSet();
        private int last = -1;
        private int checked;

        // CONNECT with Clean Start was sent, and its CONNACK did not come: all or nothing.
        private boolean ending;
        private boolean ended;

        // What had been acknowledged when the last CONNECT was sent, and when that which ended it.
        private BitSet before = new BitSet();
        private BitSet gone = new BitSet();

        Expectation(int detail, int from) {
            this.qos = detail & 3;
            this.shared = (detail & Note.SHARED) != 0;
            this.from = from;
            this.checked = from;
        }

        void end() {
            ended = true;
            gone = before;
        }
    }

    // ---- sessions ----------------------------------------------------------------------------

    void connecting(Note note) {
        boolean clean = (note.detail() & Note.CLEAN) != 0;
        expectations.forEach((key, expectation) -> {
            if (key.who == note.who() && !expectation.ended) {
                expectation.before = (BitSet) stream(key.stream).taken.clone();
                expectation.ending |= clean;
            }
        });
    }

    void connected(Note note) {
        boolean clean = (note.detail() & Note.CLEAN) != 0;
        if (clean || (note.detail() & Note.PRESENT) == 0) {
            expectations.forEach((key, expectation) -> {
                if (key.who == note.who() && !expectation.ended) {
                    expectation.end();
                }
            });
        }
    }

    // ---- messages ----------------------------------------------------------------------------

    void expecting(Note note) {
        Expectation before = expectations.get(new Key(note.who(), note.stream()));
        if (before == null || before.ended) {
            Expectation expectation = new Expectation(note.detail(), stream(note.stream()).end);
            if (before != null) {
                expectation.gone = before.gone;
            }
            expectations.put(new Key(note.who(), note.stream()), expectation);
        }
    }

    void sent(Note note) {
        Stream stream = stream(note.stream());
        if (note.number() < stream.end) {
            stream.repeated.set(note.number());
        } else {
            stream.end = note.number() + 1;
        }
    }

    void taken(Note note) {
        Stream stream = stream(note.stream());
        if (note.number() >= stream.end) {
            throw Rule.NOTHING_UNSENT.broken(
                    "acknowledged was what was not sent: %s".formatted(note));
        }
        stream.taken.set(note.number());
        taken++;
    }

    void received(Note note) {
        Stream stream = stream(note.stream());
        int number = note.number();
        if (number >= stream.end) {
            throw Rule.NOTHING_UNSENT.broken("number %d is next: %s".formatted(stream.end, note));
        }
        Expectation expectation = expectations.get(new Key(note.who(), note.stream()));
        if (expectation != null && expectation.gone.get(number)) {
            throw Rule.SESSION_ENDED.broken(
                    "its session ended since it was acknowledged: %s".formatted(note));
        }
        if (expectation == null || expectation.ended) {
            return; // before SUBACK, it may come and need not
        }
        int qos = note.detail() & 3;
        if (qos != expectation.qos) {
            throw Rule.GRANTED_QOS.broken("expected QoS %d: %s".formatted(expectation.qos, note));
        }
        received++;
        if (expectation.got.get(number)) {
            again(note, expectation, stream.repeated.get(number));
            return;
        }
        if (!expectation.shared && number < expectation.last) {
            throw Rule.ORDER.broken(
                    "first came number %d, then %s".formatted(expectation.last, note));
        }
        expectation.got.set(number);
        expectation.last = number;
    }

    private void again(Note note, Expectation expectation, boolean repeatedByPublisher) {
        repeats++;
        if (expectation.qos != 1) {
            throw Rule.EXACTLY_ONCE.broken("it came before: %s".formatted(note));
        }
        boolean dup = (note.detail() & Note.DUP) != 0;
        if (!dup && !repeatedByPublisher && !expectation.shared) {
            throw Rule.REPEATS_ARE_MARKED.broken("it came before: %s".formatted(note));
        }
    }

    // ---- the end -----------------------------------------------------------------------------

    /// All queues are empty.
    void drained() {
        expectations.forEach(this::drained);
    }

    /// The queue of one receiver is empty.
    void drained(int who) {
        expectations.forEach((key, expectation) -> {
            if (key.who == who) {
                drained(key, expectation);
            }
        });
    }

    private void drained(Key key, Expectation expectation) {
        if (!expectation.ended && expectation.qos > 0) {
            drained(key, expectation, stream(key.stream));
        }
    }

    private static void drained(Key key, Expectation expectation, Stream stream) {
        if (expectation.ending && expectation.got.nextSetBit(expectation.checked) < 0) {
            expectation.end();
            return;
        }
        BitSet missing = new BitSet();
        missing.or(stream.taken);
        missing.clear(0, expectation.checked);
        missing.andNot(expectation.got);
        if (!missing.isEmpty()) {
            throw Rule.ACKNOWLEDGED_IS_KEPT.broken(
                    "to receiver %d of stream %d did not come %s, of %d that were sent%s"
                            .formatted(
                                    key.who,
                                    key.stream,
                                    missing,
                                    stream.end,
                                    expectation.ending
                                            ? "; its session was about to end, others came"
                                            : ""));
        }
        expectation.ending = false;
        expectation.checked = Math.max(expectation.from, stream.end);
    }

    Judge.Tally tally() {
        return new Judge.Tally(taken, received, repeats);
    }

    private Stream stream(int number) {
        return streams.computeIfAbsent(number, _ -> new Stream());
    }
}
