package org.vencejo.conformance;

import java.util.EnumSet;
import java.util.Set;
import org.vencejo.protocol.ProtocolVersion;

/// The protocol versions as scenarios and reports write them: `3.1`, `3.1.1`, `5.0`, and `3.x` for
/// both before 5.0.
public final class Versions {
    private Versions() {}

    /// The version as people write it.
    public static String text(ProtocolVersion version) {
        return switch (version) {
            case MQTT_3_1 -> "3.1";
            case MQTT_3_1_1 -> "3.1.1";
            case MQTT_5 -> "5.0";
        };
    }

    /// The versions that `text` names; none if it is no version.
    public static Set<ProtocolVersion> of(String text) {
        return switch (text) {
            case "3.1" -> EnumSet.of(ProtocolVersion.MQTT_3_1);
            case "3.1.1" -> EnumSet.of(ProtocolVersion.MQTT_3_1_1);
            case "5.0" -> EnumSet.of(ProtocolVersion.MQTT_5);
            case "3.x" -> EnumSet.of(ProtocolVersion.MQTT_3_1, ProtocolVersion.MQTT_3_1_1);
            default -> EnumSet.noneOf(ProtocolVersion.class);
        };
    }
}
