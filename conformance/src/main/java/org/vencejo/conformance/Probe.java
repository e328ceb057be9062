package org.vencejo.conformance;

import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.vencejo.conformance.Wire.Heard;
import org.vencejo.protocol.ProtocolVersion;

/// The first question to a server: one CONNECT, whose answer says whether there is any use in
/// playing that version.
public final class Probe {
    private static final byte CONNACK = 0x20;
    private static final byte[] DISCONNECT = {(byte) 0xE0, 0};
    private static final byte[] NO_SESSION = {0, 0};
    private static final byte[] SESSION_WITHOUT_END = {0, 0, 5, 0x11, -1, -1, -1, -1};

    private Probe() {}

    /// What came of the question.
    public sealed interface Answer {
        /// The version is spoken, and we are let in.
        record Offered(Offer offer) implements Answer {}

        /// The version is not spoken: its refusal is this.
        record NotOffered(String why) implements Answer {}

        /// Nothing of it can be played: nobody there, nobody who speaks MQTT, or not with us.
        record Refused(String why) implements Answer {}
    }

    /// Asks the server of `place` for `version`.
    public static Answer ask(RemotePlace place, ProtocolVersion version) {
        try (Wire wire = place.wire(Setup.DEFAULT)) {
            Wire.Line line = wire.open();
            line.send(connect(version, wire.unique()));
            Heard heard = line.next();
            if (heard instanceof Heard.Packet) {
                line.send(DISCONNECT);
            }
            return answer(heard, version);
        } catch (UncheckedIOException nobody) {
            Throwable cause = nobody.getCause();
            String why = cause == null ? nobody.getMessage() : cause.getMessage();
            return new Answer.Refused("no connection " + place.name() + ": " + why);
        }
    }

    private static byte[] connect(ProtocolVersion version, String name) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(Encoding.nameAndLevel(version));
        body.write(ConnectPacket.CLEAN_START);
        body.writeBytes(version == ProtocolVersion.MQTT_5 ? SESSION_WITHOUT_END : NO_SESSION);
        body.writeBytes(Octets.string((name + "probe").getBytes(StandardCharsets.UTF_8)));
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(0x10);
        packet.writeBytes(Octets.variableByteInteger(body.size()));
        packet.writeBytes(body.toByteArray());
        return packet.toByteArray();
    }

    private static Answer answer(Heard heard, ProtocolVersion version) {
        return switch (heard) {
            case Heard.Closed it when it.unfinished().length == 0 ->
                    new Answer.NotOffered("it closes the connection at CONNECT");
            case Heard.Closed it -> noMqtt(it.unfinished());
            case Heard.Silence _ -> new Answer.Refused("it does not answer a CONNECT");
            case Heard.Packet it -> connack(it.bytes(), version);
        };
    }

    private static Answer connack(byte[] packet, ProtocolVersion version) {
        if (packet[0] != CONNACK || packet.length < 4) {
            return noMqtt(packet);
        }
        int code = packet[3] & 0xFF;
        return switch (code) {
            case 0x00 -> offered(packet, version);
            case 0x01, 0x80, 0x81, 0x82, 0x84 ->
                    new Answer.NotOffered("it answers CONNECT with code 0x%02X".formatted(code));
            case 0x04, 0x05, 0x86, 0x87 ->
                    new Answer.Refused(
                            "it does not let us in, code 0x%02X: it asks for another user name and password"
                                    .formatted(code));
            default -> new Answer.Refused("it refuses CONNECT with code 0x%02X".formatted(code));
        };
    }

    private static Answer offered(byte[] packet, ProtocolVersion version) {
        try {
            return new Answer.Offered(Offer.of(packet, version));
        } catch (Mismatch malformed) {
            return noMqtt(packet);
        }
    }

    private static Answer noMqtt(byte[] bytes) {
        return new Answer.Refused(
                "it answers CONNECT with what is no CONNACK: " + Octets.hex(bytes));
    }
}
