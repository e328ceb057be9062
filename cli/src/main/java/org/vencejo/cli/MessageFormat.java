package org.vencejo.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.vencejo.client.MqttMessage;
import org.vencejo.protocol.Property;

/// How `sub` writes a message: the text behind `-F`, in which `%` and a letter stand for a part of
/// the message and `\` and a letter for a character. The letters are those of `mosquitto_sub`.
///
/// Immutable.
final class MessageFormat {
    private static final String PARTS = "%tpxXlqrIUCRDEP";
    private static final String ESCAPES = "\\ntr";
    private static final String ESCAPED = "\\\n\t\r";

    private static final byte[] NOTHING = {};

    private static final DateTimeFormatter SECOND_AND_ZONE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxx");

    private final String text;
    private final Clock clock;

    /// @throws IllegalArgumentException naming what `text` has that means nothing
    MessageFormat(String text, Clock clock) {
        this.text = text;
        this.clock = clock;
        for (int i = 0; i < text.length(); i++) {
            char mark = text.charAt(i);
            if (mark == '%') {
                requireOneOf(PARTS, mark, ++i);
            } else if (mark == '\\') {
                requireOneOf(ESCAPES, mark, ++i);
            }
        }
    }

    private void requireOneOf(String letters, char mark, int at) {
        if (at == text.length() || letters.indexOf(text.charAt(at)) < 0) {
            String all =
                    letters.chars()
                            .mapToObj(letter -> "" + mark + (char) letter)
                            .collect(Collectors.joining(" "));
            throw new IllegalArgumentException(
                    "-F has " + all + ", given was " + text.substring(at - 1));
        }
    }

    /// `shown` says how text of the publisher is written, but for the payload and other bytes.
    void write(MqttMessage message, UnaryOperator<String> shown, OutputStream out)
            throws IOException {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char mark = text.charAt(i);
            if (mark == '\\') {
                words.append(ESCAPED.charAt(ESCAPES.indexOf(text.charAt(++i))));
            } else if (mark != '%') {
                words.append(mark);
            } else {
                out.write(words.toString().getBytes(StandardCharsets.UTF_8));
                words.setLength(0);
                out.write(part(text.charAt(++i), message, shown));
            }
        }
        out.write(words.toString().getBytes(StandardCharsets.UTF_8));
    }

    private byte[] part(char letter, MqttMessage message, UnaryOperator<String> shown) {
        return switch (letter) { // bytes that the publisher chose stay as they are
            case 'p' -> message.payload().toByteArray();
            case 'D' -> correlationData(message);
            default -> shown.apply(text(letter, message)).getBytes(StandardCharsets.UTF_8);
        };
    }

    private String text(char letter, MqttMessage message) {
        return switch (letter) {
            case '%' -> "%";
            case 't' -> message.topicName();
            case 'x' -> HexFormat.of().formatHex(message.payload().toByteArray());
            case 'X' -> HexFormat.of().withUpperCase().formatHex(message.payload().toByteArray());
            case 'l' -> Integer.toString(message.payload().length());
            case 'q' -> Integer.toString(message.qos().value());
            case 'r' -> message.retain() ? "1" : "0";
            case 'I' -> SECOND_AND_ZONE.format(ZonedDateTime.now(clock));
            case 'U' -> secondsSince1970(clock.instant());
            case 'C' -> text(message, Property.CONTENT_TYPE);
            case 'R' -> text(message, Property.RESPONSE_TOPIC);
            case 'E' ->
                    message.properties().has(Property.MESSAGE_EXPIRY_INTERVAL)
                            ? Long.toString(
                                    message.properties()
                                            .number(Property.MESSAGE_EXPIRY_INTERVAL, 0))
                            : "";
            case 'P' ->
                    message.properties().userProperties().stream()
                            .map(pair -> pair.name() + ":" + pair.value())
                            .collect(Collectors.joining(" "));
            default -> throw new IllegalStateException("checked before, given was %" + letter);
        };
    }

    private static String text(MqttMessage message, Property property) {
        return Objects.requireNonNullElse(message.properties().text(property), "");
    }

    private static byte[] correlationData(MqttMessage message) {
        byte[] data = message.properties().binary(Property.CORRELATION_DATA);
        return data == null ? NOTHING : data;
    }

    private static String secondsSince1970(Instant now) {
        return "%d.%09d".formatted(now.getEpochSecond(), now.getNano());
    }
}
