/// Bytes to Control Packets and back, for MQTT 3.1, 3.1.1 and 5.0, in both directions.
///
/// Nothing here knows a connection, a session or a clock. A packet is a record; [PacketDecoder] and
/// [PacketEncoder] are the only way between records and bytes, and [ProtocolViolation] is the only
/// way to say that the peer is at fault.
@NullMarked
package org.vencejo.protocol;

import org.jspecify.annotations.NullMarked;
