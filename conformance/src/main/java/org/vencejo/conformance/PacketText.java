package org.vencejo.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.vencejo.protocol.ProtocolVersion;

/// A packet of a server in lines for people: its bytes, and what each of them means.
///
/// It never fails: what does not fit is shown as it is.
final class PacketText {
    private static final List<String> TYPES =
            List.of(
                    "reserved",
                    "CONNECT",
                    "CONNACK",
                    "PUBLISH",
                    "PUBACK",
                    "PUBREC",
                    "PUBREL",
                    "PUBCOMP",
                    "SUBSCRIBE",
                    "SUBACK",
                    "UNSUBSCRIBE",
                    "UNSUBACK",
                    "PINGREQ",
                    "PINGRESP",
                    "DISCONNECT",
                    "AUTH");

    private final List<String> lines = new ArrayList<>();
    private final Cursor in;
    private final boolean mqtt5;

    private PacketText(byte[] packet, ProtocolVersion version) {
        this.in = new Cursor(packet);
        this.mqtt5 = version == ProtocolVersion.MQTT_5;
    }

    static List<String> lines(byte[] packet, ProtocolVersion version) {
        PacketText text = new PacketText(packet, version);
        try {
            text.fixedHeader();
            text.body(packet[0] & 0xFF);
        } catch (Mismatch odd) {
            text.lines.add(row(new byte[0], "does not go on as a packet: " + odd.getMessage()));
        }
        if (!text.in.atEnd()) {
            text.lines.add(row(text.in.octets(text.in.left()), "behind the packet"));
        }
        return text.lines;
    }

    private void fixedHeader() {
        int first = in.octet();
        String flags =
                first >>> 4 == 3
                        ? " QoS %d%s%s"
                                .formatted(
                                        first >>> 1 & 3,
                                        (first & 1) == 1 ? " RETAIN" : "",
                                        (first & 8) == 8 ? " DUP" : "")
                        : (first & 0x0F) == 0 ? "" : " flags " + (first & 0x0F);
        note(0, TYPES.get(first >>> 4) + flags);
        int start = in.position();
        int length = in.variableByteInteger();
        note(start, "Remaining Length " + length);
    }

    private void body(int first) {
        switch (first >>> 4) {
            case 2 -> {
                octet("Connect Acknowledge Flags");
                octet(mqtt5 ? "Reason Code" : "Return Code");
                properties();
            }
            case 3 -> {
                string("Topic Name");
                if ((first & 6) != 0) {
                    identifier();
                }
                properties();
                int start = in.position();
                in.octets(in.left());
                note(start, "payload");
            }
            case 4, 5, 6, 7 -> {
                identifier();
                reasonAndProperties();
            }
            case 9, 11 -> {
                identifier();
                properties();
                while (!in.atEnd()) {
                    octet(mqtt5 ? "Reason Code" : "Return Code");
                }
            }
            case 14, 15 -> reasonAndProperties();
            default -> {}
        }
    }

    private void reasonAndProperties() {
        if (mqtt5 && !in.atEnd()) {
            octet("Reason Code");
            if (!in.atEnd()) {
                properties();
            }
        }
    }

    private void octet(String meaning) {
        in.octet();
        note(in.position() - 1, meaning);
    }

    private void identifier() {
        int start = in.position();
        int identifier = in.twoBytes();
        note(start, "Packet Identifier " + identifier);
    }

    private void string(String meaning) {
        int start = in.position();
        String content = new String(in.string(), StandardCharsets.UTF_8);
        note(start, meaning + " \"" + shortened(content) + "\"");
    }

    private void properties() {
        if (!mqtt5) {
            return;
        }
        int start = in.position();
        List<byte[]> properties = WireProperty.block(in);
        int block = in.position();
        int lengthBytes = block - start - properties.stream().mapToInt(p -> p.length).sum();
        lines.add(row(in.slice(start, start + lengthBytes), "Properties"));
        for (byte[] property : properties) {
            lines.add(row(property, "  " + WireProperty.of(property[0] & 0xFF).title()));
        }
    }

    private void note(int start, String meaning) {
        lines.add(row(in.slice(start, in.position()), meaning));
    }

    private static String row(byte[] bytes, String meaning) {
        return "%-24s # %s".formatted(Octets.hex(bytes), meaning);
    }

    private static String shortened(String content) {
        return content.length() > 40 ? content.substring(0, 40) + "..." : content;
    }
}
