package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.client.MqttMessage;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.QoS;

/// What `sub -F` prints. The lines were compared with those of mosquitto_sub 2.0.11.
class MessageFormatTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.ofEpochSecond(1_795_779_570L, 42), ZoneOffset.ofHours(1));

    private static final MqttMessage FULL =
            new MqttMessage(
                    "a/ñ",
                    Payload.of("hola"),
                    QoS.AT_LEAST_ONCE,
                    true,
                    Properties.builder()
                            .put(Property.CONTENT_TYPE, "text/plain")
                            .put(Property.RESPONSE_TOPIC, "re/spo")
                            .put(Property.CORRELATION_DATA, new byte[] {'c', '1'})
                            .put(Property.MESSAGE_EXPIRY_INTERVAL, 100)
                            .build()
                            .withUserProperty("k", "v")
                            .withUserProperty("k2", "v2"));

    @ParameterizedTest
    @CsvSource({
        "%t=%p,               a/ñ=hola",
        "%x %X,               686f6c61 686F6C61",
        "%l %q %r,            4 1 1",
        "%I,                  2026-11-27T12:39:30+0100",
        "%U,                  1795779570.000000042",
        "%C|%R|%D|%E|%P,      text/plain|re/spo|c1|100|k:v k2:v2",
        "100%% 🐦%p🐦,          100% 🐦hola🐦",
        "nada,                nada"
    })
    void eachLetterIsAPartOfTheMessage(String format, String printed) throws IOException {
        assertThat(print(format, FULL)).asString(StandardCharsets.UTF_8).isEqualTo(printed);
    }

    @Test
    void escapesAreCharacters() throws IOException {
        assertThat(print("\\n\\t\\r\\\\n", FULL)).asString().isEqualTo("\n\t\r\\n");
    }

    @Test
    void whatTheMessageDoesNotHaveIsNothing() throws IOException {
        MqttMessage bare = MqttMessage.of("t", "", QoS.AT_MOST_ONCE);
        assertThat(print("[%p%x%C%R%D%E%P] %l %q %r", bare)).asString().isEqualTo("[] 0 0 0");
    }

    @Test
    void thePayloadIsPrintedByteForByte() throws IOException {
        MqttMessage bytes = MqttMessage.of("t", new byte[] {0, (byte) 0xFF}, QoS.AT_MOST_ONCE);
        assertThat(print("%p", bytes)).containsExactly(0, 0xFF);
    }

    @ParameterizedTest
    @CsvSource({"%z, %z", "a%, %", "\\q, \\q", "%t\\, \\"})
    void whatMeansNothingIsRefused(String format, String given) {
        assertThatThrownBy(() -> new MessageFormat(format, CLOCK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("-F has ")
                .hasMessageEndingWith(", given was " + given);
    }

    private static byte[] print(String format, MqttMessage message) throws IOException {
        var out = new ByteArrayOutputStream();
        new MessageFormat(format, CLOCK).write(message, UnaryOperator.identity(), out);
        return out.toByteArray();
    }
}
