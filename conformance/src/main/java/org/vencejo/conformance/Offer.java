package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vencejo.protocol.ProtocolVersion;

/// What a server offers in one version: all of it, but for what its CONNACK takes back. Immutable.
///
/// A client that asks for more breaks the standard itself ([MQTT-3.2.2-11], [MQTT-3.2.2-14]), so a
/// scenario that does is not applicable to that server.
public final class Offer {
    private static final Map<WireProperty, Long> UNLESS_TOLD = new EnumMap<>(WireProperty.class);

    static {
        UNLESS_TOLD.put(WireProperty.MAXIMUM_QOS, 2L);
        UNLESS_TOLD.put(WireProperty.RETAIN_AVAILABLE, 1L);
        UNLESS_TOLD.put(WireProperty.WILDCARD_SUBSCRIPTION_AVAILABLE, 1L);
        UNLESS_TOLD.put(WireProperty.SUBSCRIPTION_IDENTIFIERS_AVAILABLE, 1L);
        UNLESS_TOLD.put(WireProperty.SHARED_SUBSCRIPTION_AVAILABLE, 1L);
        UNLESS_TOLD.put(WireProperty.TOPIC_ALIAS_MAXIMUM, 0L);
        UNLESS_TOLD.put(WireProperty.RECEIVE_MAXIMUM, 65_535L);
        UNLESS_TOLD.put(WireProperty.MAXIMUM_PACKET_SIZE, 268_435_460L);
        UNLESS_TOLD.put(WireProperty.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL);
    }

    private final boolean mqtt5;
    private final Map<WireProperty, Long> told = new EnumMap<>(WireProperty.class);

    private Offer(boolean mqtt5) {
        this.mqtt5 = mqtt5;
    }

    /// What `connack` offers, the answer to a CONNECT that asks for a session without end.
    static Offer of(byte[] connack, ProtocolVersion version) {
        Offer offer = new Offer(version == ProtocolVersion.MQTT_5);
        if (offer.mqtt5) {
            Cursor in = new Cursor(connack);
            in.octet();
            in.variableByteInteger();
            in.twoBytes();
            for (byte[] property : WireProperty.block(in)) {
                WireProperty kind = WireProperty.of(property[0] & 0xFF);
                if (UNLESS_TOLD.containsKey(kind)) {
                    offer.told.put(kind, WireProperty.number(property));
                }
            }
        }
        return offer;
    }

    /// The limits that the server told, as people read them: `Receive Maximum 20`.
    public List<String> limits() {
        List<String> limits = new ArrayList<>();
        told.forEach((kind, value) -> limits.add(kind.title() + " " + value));
        return limits;
    }

    private long most(WireProperty kind) {
        return told.getOrDefault(kind, UNLESS_TOLD.getOrDefault(kind, 0L));
    }

    /// Why `trial` is not applicable: the first thing that it asks for and the server does not
    /// offer. What a client is to be cut for at once asks for nothing.
    public Optional<String> lacks(Trial trial) {
        if (!mqtt5) {
            return Optional.empty(); // What is optional in 5.0 is not so before.
        }
        List<Step> steps = trial.steps().stream().map(Trial.Numbered::step).toList();
        Facts anything = Facts.ofAnything(trial.version(), steps);
        Map<String, Long> open = new HashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof Step.Expect expected) {
                expected.packets()
                        .forEach(packet ->
                                open.merge(expected.client(), -answers(packet), Offer::atLeast0));
            }
            if (steps.get(i) instanceof Step.Send sent && !isCutFor(steps, i)) {
                for (List<Element> elements : sent.packets()) {
                    byte[] packet = Encoding.bytes(elements, anything);
                    Demand demand = Demand.of(packet);
                    long unanswered =
                            open.merge(
                                    sent.client(), demand.exchanges(), (was, more) -> was + more);
                    Optional<String> lacking = lacks(demand, unanswered, packet.length);
                    if (lacking.isPresent()) {
                        return lacking;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static long atLeast0(long was, long change) {
        return Math.max(0, was + change);
    }

    private static boolean isCutFor(List<Step> steps, int sent) {
        String client = ((Step.Send) steps.get(sent)).client();
        for (Step later : steps.subList(sent + 1, steps.size())) {
            switch (later) {
                case Step.Closed it when it.client().equals(client) -> {
                    return true;
                }
                case Step.Expect it when it.client().equals(client) -> {
                    return false;
                }
                default -> {}
            }
        }
        return false;
    }

    // PUBACK and PUBCOMP end an exchange.
    private static long answers(List<Element> packet) {
        return packet.getFirst() instanceof Element.Octet first
                        && (first.choices().contains(0x40) || first.choices().contains(0x70))
                ? 1
                : 0;
    }

    private Optional<String> lacks(Demand demand, long unanswered, long size) {
        Map<WireProperty, Long> wanted = new EnumMap<>(WireProperty.class);
        wanted.putAll(demand.atLeast());
        wanted.put(WireProperty.RECEIVE_MAXIMUM, unanswered);
        wanted.put(WireProperty.MAXIMUM_PACKET_SIZE, size);
        return wanted.entrySet().stream()
                .filter(one -> one.getValue() > most(one.getKey()))
                .findFirst()
                .map(one ->
                        "the server offers %s %d, this takes %d"
                                .formatted(
                                        one.getKey().title(), most(one.getKey()), one.getValue()));
    }
}
