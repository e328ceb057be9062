package org.vencejo.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/// A logger that writes one line an event: time, level, message. Thread-safe.
final class LineLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final transient Log log;

    /// Netty tells at `debug` how it set itself up, which is of interest to its developers only.
    private final boolean isTalkative;

    LineLogger(String name, Log log) {
        this.name = name;
        this.log = log;
        this.isTalkative = name.startsWith("io.netty.");
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String pattern,
            Object @Nullable [] arguments,
            @Nullable Throwable thrown) {
        String message = MessageFormatter.basicArrayFormat(pattern, arguments);
        log.write(line(Clock.systemUTC(), level, message, thrown));
    }

    /// The line of an event. A Client Identifier may hold a line feed, an escape sequence or what
    /// turns the direction of writing, which must not write lines of its own, steer a terminal or
    /// show other words than are there.
    static String line(Clock clock, Level level, String message, @Nullable Throwable thrown) {
        StringBuilder line = new StringBuilder(message.length() + 40);
        TIME.formatTo(clock.instant(), line);
        line.append(' ').append(level).append(level.name().length() == 4 ? "  " : " ");
        appendVisibly(message, line);
        line.append('\n');
        if (thrown != null) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            trace.toString()
                    .lines()
                    .forEach(each -> {
                        line.append("    ");
                        appendVisibly(each.replace("\t", "    "), line);
                        line.append('\n');
                    });
        }
        return line.toString();
    }

    /// A text that somebody else chose, as it may be shown on a terminal.
    static String visible(String text) {
        StringBuilder line = new StringBuilder(text.length());
        appendVisibly(text, line);
        return line.toString();
    }

    private static void appendVisibly(String text, StringBuilder line) {
        text.codePoints()
                .forEach(point -> {
                    if (isVisible(point)) {
                        line.appendCodePoint(point);
                    } else {
                        line.append((point > 0xFFFF ? "\\U%08X" : "\\u%04X").formatted(point));
                    }
                });
    }

    private static boolean isVisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    false;
            default -> true;
        };
    }

    private boolean isEnabled(Level level) {
        return log.isEnabled(level)
                && (!isTalkative
                        || level.toInt() >= Level.WARN.toInt()
                        || log.isEnabled(Level.TRACE));
    }

    @Override
    public boolean isTraceEnabled() {
        return isEnabled(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return isEnabled(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return isEnabled(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return isEnabled(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return isEnabled(Level.ERROR);
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }
}
