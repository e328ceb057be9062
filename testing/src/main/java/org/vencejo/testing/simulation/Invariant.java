package org.vencejo.testing.simulation;

/// What must hold after every event, or at the end. A broken one names itself by id and sentence.
public enum Invariant {
    // The house's own
    NO_FAULT("house-1", "the core is never at fault"),
    NO_SPIN("house-2", "the core does not ask to be called again and again at one instant"),
    SHORT_CALLS("house-3", "one call of the core sends at most a slice of deliveries"),
    BALANCE("house-4", "every copy is queued, in flight or ended by one fate"),
    COPIES("house-5", "as many copies are opened as subscriptions matched what was accepted"),
    FATES("house-6", "the fates that clients can see are the fates that were counted"),
    IN_FLIGHT("house-7", "as many copies are in flight as clients have open"),
    STATE_IS_STORED("house-8", "the durable state is the store with the mutations under way"),
    NOTHING_LEFT("house-9", "when everybody has left and expired, nothing is left"),
    REASONS("house-10", "no copy ends by a fate for which there is no reason"),

    // Acknowledged means kept
    CONNACK_KEPT("ack-1", "CONNACK of a kept session comes when the session is durable"),
    PUBACK_KEPT("ack-2", "PUBACK comes when the message is durable for every kept session"),
    PUBREC_KEPT("ack-3", "PUBREC comes when message and identifier are durable"),
    PUBREL_KEPT("ack-4", "PUBREL comes when it is durable that PUBREC came"),
    PUBCOMP_KEPT("ack-5", "PUBCOMP comes when it is durable that the identifier is free"),
    SUBACK_KEPT("ack-6", "SUBACK comes when the subscriptions are durable"),
    UNSUBACK_KEPT("ack-7", "UNSUBACK comes when it is durable that the subscriptions are gone"),
    RETAINED_KEPT("ack-8", "what is retained is at least as new as what was acknowledged"),
    CRASH_KEEPS("ack-9", "what was acknowledged before a crash is there after it"),
    ANSWERED("ack-10", "every request on a living connection is answered, once and in its turn"),
    QOS_2_KEPT("ack-11", "a QoS 2 message is sent to a kept session when it is durable"),
    TAKEN_WHOLE("ack-12", "a taken identifier is durable together with the copies of its message"),
    REFUSED("ack-13", "what cannot be kept for the time being is refused, and nothing else is"),

    // What a receiver sees
    EXPECTED("out-1", "only what was accepted for a session is sent to it"),
    DELIVERED_AT_LAST("out-2", "QoS 1 and 2 reach every kept session at last"),
    EXACTLY_ONCE("out-3", "a QoS 2 message reaches a session's client once"),
    WINDOW("out-4", "no more messages are open than the client's Receive Maximum"),
    IDENTIFIER_REUSED("out-5", "no Packet Identifier is used again while it is open"),
    SAME_IDENTIFIER("out-6", "what is sent again has the identifier that it had"),
    DUP("out-7", "DUP is set when a message is sent again, and only then"),
    ORDER("out-8", "messages of one publisher, topic and QoS keep their order"),
    RESEND_ORDER("out-9", "what is sent again keeps the order in which it was sent"),
    SUBACK_FIRST("out-10", "SUBACK comes first, then retained messages, then live ones"),
    OPTIONS("out-11", "QoS, RETAIN and Subscription Identifiers are those of the subscriptions"),
    PACKET_SIZE("out-12", "no packet is larger than the client's Maximum Packet Size"),
    ALIAS("out-13", "a Topic Alias is within the maximum, and set before it is used"),
    SHARED_ONCE("out-14", "a message to a shared subscription goes to one member only"),
    NOT_EXPIRED("out-15", "an expired message is not sent for the first time"),
    ALLOWED("out-16", "nobody is sent what it may not read"),
    EXPIRY_LEFT("out-17", "the Message Expiry Interval that is sent is what is left of it"),
    SHARED_AT_LAST("out-18", "a message to a shared subscription reaches a member at last"),

    // Connections and sessions
    NOTHING_AFTER_END("conn-1", "nothing is sent after DISCONNECT, a refusal or the close"),
    ONE_CONNECTION("conn-2", "a Client Identifier has one connection"),
    SESSION_PRESENT("conn-3", "Session Present says whether there was a session to go on with"),
    OWNER("conn-5", "a session goes on as that of its user, and of nobody else"),
    KEEP_ALIVE(
            "conn-4", "a client that is silent for one and a half Keep Alives is cut, not before"),
    SESSION_ENDED(
            "conn-6", "a session that an operator ends is gone, and its client is told and cut");

    private final String id;
    private final String sentence;

    Invariant(String id, String sentence) {
        this.id = id;
        this.sentence = sentence;
    }

    public String id() {
        return id;
    }

    public String sentence() {
        return sentence;
    }

    /// What is thrown when it does not hold.
    public Broken broken(String detail) {
        return new Broken(this, detail);
    }

    /// Throws unless `holds`.
    @SuppressWarnings("AnnotateFormatMethod") // its annotation is no dependency of ours
    public void require(boolean holds, String detail, Object... parts) {
        if (!holds) {
            throw broken(detail.formatted(parts));
        }
    }
}
