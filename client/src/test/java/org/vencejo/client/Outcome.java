package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.vencejo.protocol.ReasonCode;

/// What an answer says, without waiting for it.
final class Outcome {
    private Outcome() {}

    static <T> T of(Answer<T> answer) {
        assertThat(answer.isGiven()).as("answered").isTrue();
        return answer.await(0, "request");
    }

    static MqttException failureOf(Answer<?> answer) {
        assertThat(answer.isGiven()).as("answered").isTrue();
        return catchThrowableOfType(MqttException.class, () -> answer.await(0, "request"));
    }

    static void assertFailed(Answer<?> answer, ReasonCode reasonCode, String sentence) {
        MqttException failure = failureOf(answer);
        assertThat(failure).as("failure").isNotNull();
        assertThat(failure.reasonCode()).isEqualTo(reasonCode);
        assertThat(failure.sentence()).contains(sentence);
    }
}
