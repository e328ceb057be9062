package org.vencejo.bench.attack;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Packets of MQTT 3.1.1 as bytes, made by hand: what is measured should not be made by the codec
/// of the broker. Stateless.
final class Bytes {
    static final int CONNACK = 0x20;
    static final int PUBLISH = 0x30;
    static final int PUBACK = 0x40;

    private Bytes() {}

    static byte[] connect(String clientIdentifier) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body, "MQTT");
        body.write(4);
        body.write(2); // Clean Session
        number(body, 0); // no Keep Alive
        text(body, clientIdentifier);
        return packet(0x10, body);
    }

    static byte[] subscribe(int packetIdentifier, int qos, String... topicFilters) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        number(body, packetIdentifier);
        for (String filter : topicFilters) {
            text(body, filter);
            body.write(qos);
        }
        return packet(0x82, body);
    }

    /// Packet Identifier 0 is QoS 0, any other QoS 1.
    static byte[] publish(String topic, int packetIdentifier, boolean retain, byte[] payload) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        text(body, topic);
        if (packetIdentifier != 0) {
            number(body, packetIdentifier);
        }
        body.writeBytes(payload);
        return packet(PUBLISH | (packetIdentifier == 0 ? 0 : 2) | (retain ? 1 : 0), body);
    }

    static byte[] puback(int packetIdentifier) {
        return new byte[] {PUBACK, 2, (byte) (packetIdentifier >>> 8), (byte) packetIdentifier};
    }

    private static byte[] packet(int firstByte, ByteArrayOutputStream body) {
        ByteArrayOutputStream packet = new ByteArrayOutputStream(body.size() + 5);
        packet.write(firstByte);
        int length = body.size();
        while (length > 127) {
            packet.write((length & 127) | 128);
            length >>>= 7;
        }
        packet.write(length);
        packet.writeBytes(body.toByteArray());
        return packet.toByteArray();
    }

    private static void text(ByteArrayOutputStream to, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        number(to, utf8.length);
        to.writeBytes(utf8);
    }

    private static void number(ByteArrayOutputStream to, int number) {
        to.write(number >>> 8);
        to.write(number);
    }
}
