package org.vencejo.conformance;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;

/// What one packet of a client takes for granted of its server. Immutable.
///
/// `atLeast` are the Properties of CONNACK that have to have these values or greater ones;
/// `exchanges` is 1 for a PUBLISH that Receive Maximum counts. Only of 5.0; a malformed packet
/// demands nothing.
record Demand(Map<WireProperty, Long> atLeast, long exchanges) {
    private static final int CONNECT = 1;
    private static final int PUBLISH = 3;
    private static final int SUBSCRIBE = 8;
    private static final int QOS_MAX = 2;
    private static final Demand NOTHING = new Demand(Map.of(), 0);

    static Demand of(byte[] packet) {
        try {
            return switch ((packet[0] & 0xFF) >>> 4) {
                case CONNECT -> connect(packet);
                case PUBLISH -> publish(packet);
                case SUBSCRIBE -> subscribe(packet);
                default -> NOTHING;
            };
        } catch (Mismatch malformed) {
            return NOTHING;
        }
    }

    private static Demand connect(byte[] packet) {
        Map<WireProperty, Long> atLeast = new EnumMap<>(WireProperty.class);
        ConnectPacket.read(packet)
                .ifPresent(connect -> {
                    int qos = connect.flags() >>> 3 & 3;
                    boolean hasWill = (connect.flags() & ConnectPacket.WILL_FLAG) != 0;
                    if (hasWill && qos <= QOS_MAX) {
                        atLeast.put(WireProperty.MAXIMUM_QOS, (long) qos);
                        int retain = connect.flags() >>> 5 & 1;
                        atLeast.put(WireProperty.RETAIN_AVAILABLE, (long) retain);
                    }
                    // Whoever keeps sessions keeps them for the minutes of a test.
                    if (connect.sessionExpiryInterval() > 0) {
                        atLeast.put(WireProperty.SESSION_EXPIRY_INTERVAL, 1L);
                    }
                });
        return new Demand(atLeast, 0);
    }

    private static Demand publish(byte[] packet) {
        int qos = packet[0] >>> 1 & 3;
        if (qos > QOS_MAX) {
            return NOTHING;
        }
        Map<WireProperty, Long> atLeast = new EnumMap<>(WireProperty.class);
        atLeast.put(WireProperty.MAXIMUM_QOS, (long) qos);
        atLeast.put(WireProperty.RETAIN_AVAILABLE, packet[0] & 1L);
        Cursor in = body(packet);
        in.string();
        in.octets(qos == 0 ? 0 : 2);
        for (byte[] property : WireProperty.block(in)) {
            if ((property[0] & 0xFF) == WireProperty.TOPIC_ALIAS.identifier()) {
                atLeast.put(WireProperty.TOPIC_ALIAS_MAXIMUM, WireProperty.number(property));
            }
        }
        return new Demand(atLeast, qos == 0 ? 0 : 1);
    }

    private static Demand subscribe(byte[] packet) {
        Map<WireProperty, Long> atLeast = new EnumMap<>(WireProperty.class);
        Cursor in = body(packet);
        in.twoBytes();
        for (byte[] property : WireProperty.block(in)) {
            if ((property[0] & 0xFF) == WireProperty.SUBSCRIPTION_IDENTIFIER.identifier()) {
                atLeast.put(WireProperty.SUBSCRIPTION_IDENTIFIERS_AVAILABLE, 1L);
            }
        }
        while (!in.atEnd()) {
            String filter = new String(in.string(), StandardCharsets.UTF_8);
            if (filter.contains("#") || filter.contains("+")) {
                atLeast.put(WireProperty.WILDCARD_SUBSCRIPTION_AVAILABLE, 1L);
            }
            if (filter.startsWith("$share/")) {
                atLeast.put(WireProperty.SHARED_SUBSCRIPTION_AVAILABLE, 1L);
            }
            int qos = in.octet() & 3;
            if (qos <= QOS_MAX) {
                atLeast.merge(WireProperty.MAXIMUM_QOS, (long) qos, Math::max);
            }
        }
        return new Demand(atLeast, 0);
    }

    private static Cursor body(byte[] packet) {
        Cursor in = new Cursor(packet);
        in.octet();
        in.variableByteInteger();
        return in;
    }
}
