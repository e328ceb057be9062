package org.vencejo.cli;

import org.vencejo.protocol.ProtocolVersion;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// The version of the protocol as `-V` names it.
final class VersionFlag implements ITypeConverter<ProtocolVersion> {
    @Override
    public ProtocolVersion convert(String value) {
        return switch (value.startsWith("mqttv") ? value.substring("mqttv".length()) : value) {
            case "31" -> ProtocolVersion.MQTT_3_1;
            case "311" -> ProtocolVersion.MQTT_3_1_1;
            case "5" -> ProtocolVersion.MQTT_5;
            default -> throw new TypeConversionException("-V is 31, 311 or 5, given was " + value);
        };
    }
}
