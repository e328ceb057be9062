package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/// What an event looks like in the log.
class LineLoggerTest {
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-01-02T03:04:05.006Z"), ZoneOffset.UTC);

    @Test
    void anEventIsALine() {
        assertThat(LineLogger.line(CLOCK, Level.INFO, "niño 🐦 connected", null))
                .isEqualTo("2026-01-02T03:04:05.006Z INFO  niño 🐦 connected\n");
        assertThat(LineLogger.line(CLOCK, Level.ERROR, "", null))
                .isEqualTo("2026-01-02T03:04:05.006Z ERROR \n");
    }

    @Test
    void aClientIdentifierCannotWriteALineOfItsOwn() {
        assertThat(LineLogger.line(CLOCK, Level.INFO, "a\n2026 \r\u001B[2J\u0085", null))
                .isEqualTo(
                        "2026-01-02T03:04:05.006Z INFO  a\\u000A2026 \\u000D\\u001B[2J\\u0085\n");
    }

    @Test
    void whatTurnsTheDirectionOfWritingOrEndsALineElsewhereIsWrittenOut() {
        assertThat(
                        LineLogger.line(
                                CLOCK,
                                Level.INFO,
                                "a\u202Eb\u2028c\u2029d\u200Be\uD800 \uDB40\uDC01",
                                null))
                .isEqualTo(
                        "2026-01-02T03:04:05.006Z INFO  a\\u202Eb\\u2028c\\u2029d\\u200Be\\uD800 \\U000E0001\n");
    }

    @Test
    void aTraceCannotSteerTheTerminalEither() {
        assertThat(
                        LineLogger.line(
                                CLOCK,
                                Level.ERROR,
                                "a fault",
                                new IllegalStateException("\u001B[2J\u202E")))
                .contains("    java.lang.IllegalStateException: \\u001B[2J\\u202E\n")
                .doesNotContain("\u001B", "\u202E");
    }

    @Test
    void aFaultHasItsTraceBelow() {
        assertThat(
                        LineLogger.line(
                                        CLOCK,
                                        Level.ERROR,
                                        "a fault",
                                        new IllegalStateException("why"))
                                .lines())
                .startsWith(
                        "2026-01-02T03:04:05.006Z ERROR a fault",
                        "    java.lang.IllegalStateException: why")
                .allMatch(line -> line.startsWith("2026") || line.startsWith("    "));
    }

    @Test
    void nettyIsHeardFromWarningsOnUnlessEverythingIsAskedFor() {
        Log log = new Log(new ByteArrayOutputStream(), 10, 1_000);
        LineLogger ours = new LineLogger("org.vencejo.broker.Broker", log);
        LineLogger netty = new LineLogger("io.netty.util.Recycler", log);

        assertThat(ours.isWarnEnabled()).isTrue();
        assertThat(ours.isInfoEnabled()).isFalse();
        log.level(Level.INFO);
        assertThat(ours.isInfoEnabled()).isTrue();
        assertThat(ours.isDebugEnabled()).isFalse();
        log.level(Level.DEBUG);
        assertThat(ours.isDebugEnabled()).isTrue();
        assertThat(netty.isDebugEnabled()).isFalse();
        assertThat(netty.isWarnEnabled()).isTrue();
        log.level(Level.TRACE);
        assertThat(netty.isDebugEnabled()).isTrue();
        log.level(Level.ERROR);
        assertThat(ours.isWarnEnabled()).isFalse();
        assertThat(netty.isErrorEnabled()).isTrue();
    }
}
