package org.vencejo.protocol;

/// A Control Packet: what MQTT peers exchange. Immutable, and the same record for all versions;
/// what a version does not have is absent ([Properties#NONE], [ReasonCode#SUCCESS]).
public sealed interface Packet
        permits Connect,
                Connack,
                Publish,
                Puback,
                Pubrec,
                Pubrel,
                Pubcomp,
                Subscribe,
                Suback,
                Unsubscribe,
                Unsuback,
                Pingreq,
                Pingresp,
                Disconnect,
                Auth {

    /// The type in the first byte.
    PacketType type();

    /// The properties; [Properties#NONE] before 5.0 and in PINGREQ and PINGRESP.
    Properties properties();
}
