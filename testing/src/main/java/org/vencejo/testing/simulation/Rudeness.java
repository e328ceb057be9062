package org.vencejo.testing.simulation;

import java.util.HexFormat;
import java.util.List;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.testing.Seeds;

/// What a client sends that breaks a rule, or is at least unasked for: bytes that are written out.
/// Stateless.
final class Rudeness {
    /// In 3.1.1 and 3.1.
    private static final List<String> OF_3 =
            List.of(
                    "FF FF FF FF FF FF", // no packet
                    "10 0D 0004 4D515454 04 02 0000 0001 78", // CONNECT once more
                    "30 06 0004 742F2B30", // a wildcard in a Topic Name
                    "20 02 00 00", // CONNACK from a client
                    "40 02 0000", // PUBACK 0
                    "40 02 0001", // PUBACK of whatever 1 is
                    "50 02 0001", // PUBREC of whatever 1 is
                    "70 02 0001", // PUBCOMP of whatever 1 is
                    "50 02 7FFF", // PUBREC of nothing
                    "62 02 7FFF", // PUBREL of nothing
                    "80 02 0001", // SUBSCRIBE with the wrong flags
                    "34 07 0003 742F30 7000", // an empty QoS 2 message, left open
                    "32 07 0003 742F30 7000"); // the same identifier at QoS 1

    /// In 5.0.
    private static final List<String> OF_5 =
            List.of(
                    "FF FF FF FF FF FF",
                    "30 07 0004 742F2B30 00",
                    "20 03 00 00 00",
                    "40 02 0000",
                    "40 02 0001",
                    "50 02 0001",
                    "70 02 0001",
                    "50 02 7FFF",
                    "62 02 7FFF",
                    "30 06 0000 03 23 0000", // Topic Alias 0
                    "30 06 0000 03 23 0009", // a Topic Alias that was not set
                    "30 06 0000 03 23 7FFF", // a Topic Alias beyond the maximum
                    "82 10 7001 00 000A 2473686172652F672F78 04", // No Local on a shared one
                    "82 08 7001 00 0002 7423 00", // a filter that is none
                    "34 08 0003 742F30 7000 00",
                    "32 08 0003 742F30 7000 00",
                    "E0 07 00 05 11 FFFFFFFF", // a Session Expiry Interval after none
                    "F0 02 19 00"); // AUTH without a method

    private Rudeness() {}

    static byte[] bytes(Seeds seeds, ProtocolVersion version) {
        String hex = seeds.pick(version.isMqtt5() ? OF_5 : OF_3);
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
