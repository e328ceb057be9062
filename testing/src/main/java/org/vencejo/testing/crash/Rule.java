package org.vencejo.testing.crash;

/// What must hold over any number of kills.
enum Rule {
    ACKNOWLEDGED_IS_KEPT("what was acknowledged reaches every subscriber"),
    EXACTLY_ONCE("a message of QoS 2 comes at most once, whatever was killed when"),
    ORDER("of a topic and publisher the first occurrences come in the order of sending"),
    NOTHING_UNSENT("nothing comes that nobody sent, and no payload is another's"),
    GRANTED_QOS("a message comes with the lower of its QoS and the granted one"),
    REPEATS_ARE_MARKED("what the publisher sent once comes again only with DUP"),
    IDENTIFIER("a Packet Identifier names no second message while its exchange is open"),
    RETAINED("retained is the last that was acknowledged or a later one"),
    SUBSCRIPTIONS("subscriptions are as the last SUBACK or UNSUBACK says"),
    SESSION_KEPT("a session that CONNACK promised to keep is there"),
    SESSION_ENDED("a session that ended stays ended, and so does its queue"),
    WILL_KEPT("the will of a kept session is published"),
    WILL_ONCE("a will is published at most once, and not after it was given up"),
    COUNTERS("a broker that was drained counts nothing as queued or in flight"),
    ANSWERS("the broker starts, answers, and closes no connection of a client that obeys");

    private final String sentence;

    Rule(String sentence) {
        this.sentence = sentence;
    }

    String sentence() {
        return sentence;
    }

    Broken broken(String detail) {
        return new Broken(this, detail);
    }
}
