package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The table `violations.txt`: bytes that break a rule, and beside them bytes that do not.
class ViolationsTest {

    enum Who {
        NEW,
        CLIENT,
        SERVER
    }

    record Row(
            Who who,
            ProtocolVersion version,
            ReasonCode reasonCode,
            String statement,
            String bytes,
            String control,
            String what) {

        PacketDecoder decoder() {
            TopicCache topics = new TopicCache(2);
            if (who == Who.SERVER) {
                return PacketDecoder.ofClient(version, DecoderLimits.DEFAULT, topics);
            }
            PacketDecoder decoder = PacketDecoder.ofServer(DecoderLimits.DEFAULT, topics);
            if (who == Who.CLIENT) {
                decoder.decode(PacketRow.connect(version));
            }
            return decoder;
        }

        @Override
        public String toString() {
            return statement + " " + who + (who == Who.NEW ? "" : " " + version) + ": " + what;
        }
    }

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        try (InputStream in = ViolationsTest.class.getResourceAsStream("violations.txt")) {
            String text =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            text.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(line -> add(line, rows));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    private static void add(String line, List<Row> rows) {
        List<String> cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        String[] who = cells.get(0).split(",\\s*", -1);
        for (String version : Arrays.asList(who).subList(1, who.length)) {
            rows.add(
                    new Row(
                            Who.valueOf(who[0].toUpperCase(java.util.Locale.ROOT)),
                            version(version),
                            Objects.requireNonNull(
                                    ReasonCode.of(Integer.parseInt(cells.get(1), 16))),
                            cells.get(2),
                            cells.get(3),
                            cells.get(4),
                            cells.get(5)));
        }
    }

    private static ProtocolVersion version(String name) {
        return switch (name) {
            case "3.1" -> ProtocolVersion.MQTT_3_1;
            case "3.1.1" -> ProtocolVersion.MQTT_3_1_1;
            case "5", "-" -> ProtocolVersion.MQTT_5;
            default -> throw new IllegalArgumentException("no version is " + name);
        };
    }

    @ParameterizedTest
    @MethodSource("rows")
    void areRefusedWithTheReasonCodeAndTheStatement(Row row) {
        ByteBuf in = Bytes.buffer(row.bytes());
        PacketDecoder decoder = row.decoder();
        ProtocolViolation violation =
                catchThrowableOfType(ProtocolViolation.class, () -> decoder.decode(in));
        assertThat(violation).as(row.what()).isNotNull();
        assertThat(violation.reasonCode()).isEqualTo(row.reasonCode());
        assertThat(violation.statement()).isEqualTo(row.statement());
        assertThat(violation.detail())
                .as("says what was expected and what was given")
                .contains("given w");
        assertThat(in.readerIndex()).as("bytes consumed").isZero();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theirNeighboursPass(Row row) {
        ByteBuf in = Bytes.buffer(row.control());
        boolean onlyBegun = row.reasonCode() == ReasonCode.PACKET_TOO_LARGE && row.who() != Who.NEW;
        assertThat(row.decoder().decode(in) == null).as("needs more bytes").isEqualTo(onlyBegun);
    }
}
