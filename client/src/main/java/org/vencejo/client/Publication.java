package org.vencejo.client;

import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.Copy;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.ReasonCode;

/// A message of the application on its way to the server, with who waits for its end.
///
/// Touched only by whoever runs the session. It may live on without anybody waiting: a message in
/// flight when the connection is lost is sent again after the application was told.
final class Publication extends Copy {
    private static final int[] NO_SUBSCRIPTION_IDENTIFIERS = {};

    private @Nullable Answer<ReasonCode> answer;
    private ReasonCode received = ReasonCode.SUCCESS;

    Publication(long sequence, Publish publish, Answer<ReasonCode> answer) {
        super(
                sequence,
                // A client sends Message Expiry Interval as given: only servers count it down.
                new Message(publish, Message.NEVER),
                publish.qos(),
                publish.retain(),
                NO_SUBSCRIPTION_IDENTIFIERS);
        this.answer = answer;
    }

    /// PUBREC said this; PUBCOMP, which ends the exchange, has less to say.
    void received(ReasonCode reasonCode) {
        received = reasonCode;
    }

    void completed() {
        completed(received);
    }

    void completed(ReasonCode reasonCode) {
        if (reasonCode.isError()) {
            failed(
                    new MqttException(
                            reasonCode,
                            "the server refused the message for "
                                    + message().publish().topicName()
                                    + ": "
                                    + reasonCode));
        } else if (answer != null) {
            answer.complete(reasonCode);
            answer = null;
        }
    }

    void failed(MqttException failure) {
        if (answer != null) {
            answer.fail(failure);
            answer = null;
        }
    }
}
