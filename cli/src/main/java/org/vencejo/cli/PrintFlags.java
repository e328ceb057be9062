package org.vencejo.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.vencejo.client.MqttMessage;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// How `sub` prints a message, as the flags say. Confined to the thread of the command.
final class PrintFlags {
    /// As mosquitto_sub shows that there is nothing.
    private static final String NOTHING = "(null)";

    @Option(
            names = {"-v", "--verbose"},
            description = "Print the topic before each message, and (null) for an empty one.")
    private boolean verbose;

    @Option(
            names = {"-N", "--no-newline"},
            description = "Print nothing behind a message.")
    private boolean noNewline;

    @Option(
            names = {"-F", "--format"},
            paramLabel = "FORMAT",
            converter = Format.class,
            description = {
                "Print messages in this form:",
                "%%t topic, %%p payload, %%l its length,",
                "%%x or %%X payload in hexadecimal,",
                "%%q QoS, %%r RETAIN, %%I time,",
                "%%U seconds since 1970, %%C content type,",
                "%%R response topic, %%D correlation data,",
                "%%E message expiry, %%P user properties,",
                "%%%% percent sign, \\n \\t \\r \\\\."
            })
    private @Nullable MessageFormat format;

    private static final class Format implements ITypeConverter<MessageFormat> {
        @Override
        public MessageFormat convert(String value) {
            try {
                return new MessageFormat(value, Clock.system(ZoneId.systemDefault()));
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(String.valueOf(wrong.getMessage()));
            }
        }
    }

    /// Payloads are printed as they are, other text as `shown` says.
    void print(MqttMessage message, UnaryOperator<String> shown, OutputStream out)
            throws IOException {
        if (format != null) {
            format.write(message, shown, out);
        } else if (verbose) {
            boolean empty = message.payload().length() == 0;
            out.write(utf8(shown.apply(message.topicName()) + " " + (empty ? NOTHING : "")));
            out.write(message.payload().toByteArray());
        } else {
            out.write(message.payload().toByteArray());
        }
        if (!noNewline) {
            out.write('\n');
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
