package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;

/// An [OutboundFlow] between a recorded link and a session that numbers what it is told.
///
/// What was sent is written as text: `1:a` is the QoS 1 message `a`, `1:a#7` under identifier 7,
/// `1:a#7+` with DUP; `rel#7` is PUBREL.
final class FlowBench implements Link, FlowOwner {
    final Accounting accounting = new Accounting();
    final OutboundFlow flow = new OutboundFlow(this, accounting);
    final List<String> sent = new ArrayList<>();
    final List<Integer> aliases = new ArrayList<>();
    final List<Publish> published = new ArrayList<>();
    final List<String> ended = new ArrayList<>();

    /// What the owner was told to write, as `+a` for a copy that came, `-a` for one that went, `rel
    /// a` for a PUBREC.
    final List<String> written = new ArrayList<>();

    private Acknowledgements answers = new Acknowledgements(this, packet -> {});
    boolean writable = true;
    boolean journals;
    int sizeMax = Integer.MAX_VALUE;
    String denied = "";
    long appended;
    long durable;
    long nowNanos;
    long wallMillis;

    // ---- what happens

    void connect(int receiveMaximum) {
        connect(receiveMaximum, AliasesSent.NONE);
    }

    void connect(int receiveMaximum, AliasesSent aliasesSent) {
        answers = new Acknowledgements(this, packet -> {});
        flow.connected(this, answers, aliasesSent, receiveMaximum, nowNanos, durable);
    }

    /// All that was written is durable.
    void journalWentOn() {
        durable = appended;
        answers.durable(durable, Integer.MAX_VALUE);
    }

    Copy queue(QoS qos, String text) {
        return queue(qos, text, Message.NEVER);
    }

    Copy queue(QoS qos, String text, long expiresAtMillis) {
        return queueAs(flow.takeSequence(), qos, text, expiresAtMillis);
    }

    Copy queueAs(long sequence, QoS qos, String text, long expiresAtMillis) {
        Copy copy = copy(sequence, qos, text, expiresAtMillis);
        accounting.opened();
        flow.enqueue(copy);
        return copy;
    }

    static Copy copy(long sequence, QoS qos, String text, long expiresAtMillis) {
        return new Copy(
                sequence, new Message(message(qos, text), expiresAtMillis), qos, false, new int[0]);
    }

    /// A copy that goes before the queue.
    Copy queueAhead(QoS qos, String text) {
        Copy copy = copy(flow.takeSequenceAhead(), qos, text, Message.NEVER);
        accounting.opened();
        flow.enqueueAhead(copy);
        return copy;
    }

    /// A message whose topic and payload are `text`.
    static Publish message(QoS qos, String text) {
        return new Publish(
                TopicName.of(text), Payload.of(text), qos, false, false, 0, Properties.NONE);
    }

    boolean drain() {
        return drain(1_000);
    }

    boolean drain(int most) {
        boolean more = flow.drain(nowNanos, wallMillis, durable, most);
        assertThat(accounting.balances()).as(accounting.toString()).isTrue();
        return more;
    }

    void puback(int identifier) {
        flow.puback(identifier, ReasonCode.SUCCESS);
    }

    void pubrec(int identifier) {
        flow.pubrec(identifier, ReasonCode.SUCCESS, nowNanos, durable);
    }

    /// What was sent since the last call.
    List<String> sent() {
        List<String> all = List.copyOf(sent);
        sent.clear();
        return all;
    }

    // ---- as Link

    @Override
    public void send(Packet packet) {
        sent.add("rel#" + ((org.vencejo.protocol.Pubrel) packet).packetIdentifier());
    }

    @Override
    public void publish(Publish publish, int packetIdentifier, boolean dup, int topicAlias) {
        String payload = new String(publish.payload().toByteArray(), StandardCharsets.UTF_8);
        sent.add(
                publish.qos().value()
                        + ":"
                        + payload
                        + (packetIdentifier == 0 ? "" : "#" + packetIdentifier)
                        + (dup ? "+" : ""));
        aliases.add(topicAlias);
        published.add(publish);
    }

    @Override
    public boolean fits(Publish publish, int topicAlias) {
        int name = topicAlias < 0 ? 0 : publish.topicName().length();
        return name + publish.payload().length() + (topicAlias == 0 ? 0 : 3) <= sizeMax;
    }

    @Override
    public boolean writable() {
        return writable;
    }

    // ---- as FlowOwner

    private long append() {
        return journals ? ++appended : 0;
    }

    @Override
    public long enqueued(Copy copy) {
        written.add("+" + text(copy));
        return append();
    }

    @Override
    public void dequeued(Copy copy) {
        written.add("-" + text(copy));
        append();
    }

    @Override
    public void ended(Copy copy, Fate fate) {
        ended.add(fate + ":" + text(copy));
    }

    @Override
    public long released(Copy copy) {
        written.add("rel " + text(copy));
        return append();
    }

    @Override
    public long identifierTaken(int packetIdentifier) {
        return append();
    }

    @Override
    public long identifierFreed(int packetIdentifier) {
        return append();
    }

    @Override
    public boolean mayReceive(Copy copy) {
        return !copy.message().publish().topicName().toString().equals(denied);
    }

    static String text(Copy copy) {
        return copy.message().publish().topicName().toString();
    }

    static long expiry(Publish publish) {
        return publish.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
    }
}
