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
import org.vencejo.broker.Visible;

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

    /// The line of an event.
    static String line(Clock clock, Level level, String message, @Nullable Throwable thrown) {
        StringBuilder line = new StringBuilder(message.length() + 40);
        TIME.formatTo(clock.instant(), line);
        line.append(' ').append(level).append(level.name().length() == 4 ? "  " : " ");
        Visible.append(message, line);
        line.append('\n');
        if (thrown != null) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            trace.toString()
                    .lines()
                    .forEach(each -> {
                        line.append("    ");
                        Visible.append(each.replace("\t", "    "), line);
                        line.append('\n');
                    });
        }
        return line.toString();
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
