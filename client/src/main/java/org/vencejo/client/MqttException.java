package org.vencejo.client;

import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;

/// Why something that was asked of the client did not happen: a Reason Code and a sentence.
///
/// The code is the server's where the server gave one. Else it is the one that says the same: 0x88
/// for a server that cannot be reached, 0x8D for one that fell silent, 0x80 for a lost connection,
/// and what the standard names for a request that breaks a limit.
public final class MqttException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ReasonCode reasonCode;

    public MqttException(ReasonCode reasonCode, String sentence) {
        super(sentence);
        this.reasonCode = reasonCode;
    }

    MqttException(ReasonCode reasonCode, String sentence, Throwable cause) {
        super(sentence, cause);
        this.reasonCode = reasonCode;
    }

    /// What an argument of the application breaks, before anything is sent.
    static MqttException of(ProtocolViolation violation) {
        return new MqttException(violation.reasonCode(), violation.detail(), violation);
    }

    /// The same, as the encoder says it of what has no statement in the standard.
    static MqttException of(IllegalArgumentException misfit) {
        return new MqttException(
                ReasonCode.PROTOCOL_ERROR, String.valueOf(misfit.getMessage()), misfit);
    }

    /// The same failure, thrown where the application waits.
    MqttException here() {
        return new MqttException(reasonCode, sentence(), this);
    }

    public ReasonCode reasonCode() {
        return reasonCode;
    }

    /// What happened, in one sentence.
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
