package org.vencejo.protocol;

/// A fault of the peer: what it sent breaks the protocol or a limit, and costs it the packet or the
/// connection.
///
/// It has no stack trace, as it describes bytes and not our code. Our own faults are
/// [IllegalStateException]s.
public final class ProtocolViolation extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ReasonCode reasonCode;
    private final String statement;

    /// A violation answered by `reasonCode`; `statement` names the rule (`MQTT-3.3.1-4`, `U5-3`)
    /// and `detail` says what was expected and what was given.
    public ProtocolViolation(ReasonCode reasonCode, String statement, String detail) {
        super(detail, null, false, false);
        this.reasonCode = reasonCode;
        this.statement = statement;
    }

    /// A packet that cannot be parsed (0x81).
    public static ProtocolViolation malformed(String statement, String detail) {
        return new ProtocolViolation(ReasonCode.MALFORMED_PACKET, statement, detail);
    }

    /// A packet that can be parsed but is not allowed (0x82).
    public static ProtocolViolation protocolError(String statement, String detail) {
        return new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, statement, detail);
    }

    /// What a 5.0 peer is told.
    public ReasonCode reasonCode() {
        return reasonCode;
    }

    /// The statement of the standard that was broken.
    public String statement() {
        return statement;
    }

    /// What was expected and what was given.
    public String detail() {
        return String.valueOf(getMessage());
    }
}
