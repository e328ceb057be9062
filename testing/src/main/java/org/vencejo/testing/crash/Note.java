package org.vencejo.testing.crash;

import java.nio.ByteBuffer;

/// Something that the tester said, heard or found out. Immutable.
///
/// A run is its notes in their order, and what a broker may be blamed for is judged by them alone
/// ([Judge]). `who` is a client, or the group of a shared subscription; a `stream` is what one
/// publisher sends to one topic at one QoS, numbered from 0. [What] says what `detail` is.
record Note(What what, int who, int stream, int number, int detail) {
    /// The bytes of a note in its file; the first is never 0.
    static final int BYTES = 12;

    /// Flags of [What#CONNECTING] and [What#CONNECTED].
    static final int CLEAN = 1;

    static final int KEPT = 2;
    static final int PRESENT = 4;

    /// A flag of [What#EXPECTING] beside the QoS: copies may overtake each other.
    static final int SHARED = 4;

    /// A flag of [What#RECEIVED] beside the QoS.
    static final int DUP = 4;

    enum What {
        /// The broker was killed for the `number`th time.
        KILLED,
        /// It listens again.
        STARTED,
        /// All exchanges are complete, and all queues were emptied.
        DRAINED,
        /// The queue of `who` was emptied.
        EMPTIED,

        /// CONNECT is sent; `detail` has CLEAN and KEPT.
        CONNECTING,
        /// CONNACK came; `detail` has CLEAN and KEPT of its CONNECT, and PRESENT.
        CONNECTED,
        /// The session's expiry has passed for sure.
        EXPIRED,
        /// It may have passed.
        MAY_HAVE_EXPIRED,

        /// SUBACK came: what is sent to the stream from now on is to reach `who`. `detail` is the
        /// QoS, perhaps with SHARED.
        EXPECTING,
        /// PUBLISH is sent, for the first time or again.
        SENT,
        /// PUBACK or PUBREC came for it.
        TAKEN,
        /// A message was delivered to the application behind `who`; `detail` is its QoS, perhaps
        /// with DUP.
        RECEIVED,

        /// A retained message is sent; `detail` is 1 if it has no payload.
        RETAINED_SENT,
        /// PUBACK or PUBREC came for it.
        RETAINED_TAKEN,
        /// A new subscriber got it.
        RETAINED_SEEN,
        /// A new subscriber got none for the stream.
        RETAINED_ABSENT,

        /// SUBSCRIBE is sent for filter `number` of `who`; `detail` is the QoS.
        SUBSCRIBING,
        SUBSCRIBED,
        UNSUBSCRIBING,
        UNSUBSCRIBED,
        /// A message was published that the filter matches; `detail` is the QoS at which it came,
        /// or 3 if it did not.
        PROBED,

        /// CONNECT is sent with the `number`th will of `who`.
        WILL_SENT,
        /// The will has to be published: its client is gone without a word.
        WILL_DUE,
        /// The will cannot be published any more.
        WILL_GIVEN_UP,
        WILL_SEEN;

        private static final What[] VALUES = values();
    }

    void writeTo(ByteBuffer out, int at) {
        out.put(at + 1, (byte) detail);
        out.putShort(at + 2, (short) who);
        out.putInt(at + 4, stream);
        out.putInt(at + 8, number);
        out.put(at, (byte) (what.ordinal() + 1));
    }

    /// The note at `at`, which begins with a byte that is not 0.
    static Note read(ByteBuffer in, int at) {
        return new Note(
                What.VALUES[in.get(at) - 1],
                in.getShort(at + 2),
                in.getInt(at + 4),
                in.getInt(at + 8),
                in.get(at + 1));
    }

    @Override
    public String toString() {
        return "%s who %d stream %d number %d detail %d"
                .formatted(what, who, stream, number, detail);
    }
}
