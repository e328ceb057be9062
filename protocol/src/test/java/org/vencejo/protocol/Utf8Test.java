package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of strings, on bytes and on text.
class Utf8Test {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80", // a continuation without a lead
                "BF",
                "C3", // a lead without a continuation
                "C3 28",
                "C0 80", // U+0000 in two bytes
                "C1 BF", // overlong
                "E0 80 80", // overlong
                "E0 9F BF",
                "E2 82", // cut off
                "E2 28 A1",
                "E2 82 28",
                "ED A0 80", // the first surrogate
                "ED BF BF", // the last one
                "F0 80 80 80", // overlong
                "F0 8F BF BF",
                "F0 9F 90", // cut off
                "F4 90 80 80", // past U+10FFFF
                "F5 80 80 80",
                "F8 88 80 80 80", // five bytes
                "FE",
                "FF"
            })
    void illFormedBytesAreRefusedWhereverTheyStand(String illFormed) {
        byte[] bytes = Bytes.of(illFormed);
        for (int before = 0; before < 20; before++) {
            ByteBuf in = Unpooled.buffer();
            in.writeBytes(
                    "abcdefghijklmnopqrstuvwxyz".getBytes(StandardCharsets.US_ASCII), 0, before);
            in.writeBytes(bytes);
            ProtocolViolation violation =
                    catchThrowableOfType(
                            ProtocolViolation.class, () -> validate(in, ProtocolVersion.MQTT_5));
            assertThat(violation.statement()).isEqualTo("MQTT-1.5.4-1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01", // control characters pass [U5-47]
                "7F",
                "C2 80",
                "DF BF",
                "E0 A0 80",
                "ED 9F BF", // before the surrogates
                "EE 80 80", // behind them
                "EF BB BF", // U+FEFF [MQTT-1.5.4-3]
                "EF BF BF", // a non-character
                "F0 90 80 80",
                "F4 8F BF BF" // U+10FFFF
            })
    void wellFormedBytesPass(String wellFormed) {
        for (String before : new String[] {"", "a", "abcdefg", "abcdefgh", "abcdefghi"}) {
            ByteBuf in = Unpooled.buffer();
            in.writeBytes(before.getBytes(StandardCharsets.US_ASCII))
                    .writeBytes(Bytes.of(wellFormed));
            assertThatCode(() -> validate(in, ProtocolVersion.MQTT_5)).doesNotThrowAnyException();
        }
    }

    @Test
    void theCharacterZeroIsRefusedAtEveryPlace() {
        for (int at = 0; at < 24; at++) {
            ByteBuf in =
                    Unpooled.buffer()
                            .writeBytes("x".repeat(24).getBytes(StandardCharsets.US_ASCII));
            assertThatCode(() -> validate(in, ProtocolVersion.MQTT_3_1_1))
                    .doesNotThrowAnyException();
            in.setByte(at, 0);
            ProtocolViolation violation =
                    catchThrowableOfType(
                            ProtocolViolation.class,
                            () -> validate(in, ProtocolVersion.MQTT_3_1_1));
            assertThat(violation.statement()).isEqualTo("MQTT-1.5.3-2");
        }
    }

    @Test
    void allPairsAndTriplesOfBytesAgreeWithTheJdk() {
        List<String> disagreeing = new ArrayList<>();
        for (int lead = 0x80; lead <= 0xFF; lead++) {
            for (int second = 0; second <= 0xFF; second++) {
                compareWithTheJdk(disagreeing, (byte) lead, (byte) second);
                for (int third : new int[] {0x41, 0x7F, 0x80, 0x8F, 0x90, 0xBF, 0xC0}) {
                    compareWithTheJdk(disagreeing, (byte) lead, (byte) second, (byte) third);
                    compareWithTheJdk(
                            disagreeing, (byte) lead, (byte) second, (byte) third, (byte) 0x80);
                }
            }
        }
        assertThat(disagreeing).isEmpty();
    }

    private static void compareWithTheJdk(List<String> disagreeing, byte... bytes) {
        boolean passes = true;
        for (byte b : bytes) {
            passes &= b != 0;
        }
        // What is ill-formed comes back from the JDK as the replacement character.
        String text = new String(bytes, StandardCharsets.UTF_8);
        passes &= Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
        boolean passed = true;
        try {
            validate(Unpooled.wrappedBuffer(bytes), ProtocolVersion.MQTT_5);
        } catch (ProtocolViolation e) {
            passed = false;
        }
        if (passed != passes) {
            disagreeing.add(Bytes.hex(bytes));
        }
    }

    @Test
    void textThatIsNoStringIsRefused() {
        assertThatThrownBy(() -> Utf8.encode("a\u0000")).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> Utf8.encode("\uD800")).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> Utf8.encode("\uDC00\uD800")).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> Utf8.encode("x".repeat(65_536)))
                .isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> Utf8.encode("\u00F1".repeat(32_768)))
                .isInstanceOf(ProtocolViolation.class);
        assertThat(Utf8.encode("\u00F1\uD83D\uDC26\u20AC\u0001")).hasSize(2 + 4 + 3 + 1);
        assertThat(Utf8.encode("x".repeat(65_535))).hasSize(65_535);
    }

    @Test
    void theSizeOfTextIsTheNumberOfItsBytes() {
        for (String text :
                new String[] {"", "abc\u007F", "\u0080\u07FF", "\u0800\uFFFF", "\uD83D\uDC26"}) {
            assertThat(Utf8.size(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    private static void validate(ByteBuf in, ProtocolVersion version) {
        Utf8.validate(in, in.readerIndex(), in.writerIndex(), "the text", version);
    }
}
