package org.vencejo.protocol;

/// The version of the protocol that a connection speaks: a value, read by the codec and by few
/// rules.
public enum ProtocolVersion {
    /// The 2010 protocol, `MQIsdp` level 3.
    MQTT_3_1("MQIsdp", 3),
    /// OASIS MQTT 3.1.1, level 4.
    MQTT_3_1_1("MQTT", 4),
    /// OASIS MQTT 5.0, level 5.
    MQTT_5("MQTT", 5);

    private final String protocolName;
    private final int level;

    ProtocolVersion(String protocolName, int level) {
        this.protocolName = protocolName;
        this.level = level;
    }

    /// The name in the CONNECT packet.
    public String protocolName() {
        return protocolName;
    }

    /// The level byte in the CONNECT packet.
    public int level() {
        return level;
    }

    /// Whether packets of this version carry Properties and Reason Codes.
    public boolean isMqtt5() {
        return this == MQTT_5;
    }
}
