package org.vencejo.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Headers of proxies, byte by byte: what is read from them, and what is wrong with wrong ones.
class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    /// From 192.0.2.7, port 51,234, to 198.51.100.1, port 8,883.
    private static final String FOUR = "c0000207 c6336401 c822 22b3";

    private static final String SIX =
            "20010db8000000000000000000000007 20010db8000000000000000000000001 c822 22b3";

    // ---- version 1

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 192.0.2.7 198.51.100.1 51234 8883, /192.0.2.7:51234",
        "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535, /255.255.255.255:65535",
        "PROXY TCP4 0.0.0.0 0.0.0.0 0 0, /0.0.0.0:0",
        "PROXY TCP6 2001:db8::7 2001:db8::1 51234 8883, '/[2001:db8:0:0:0:0:0:7]:51234'",
        "PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2, /192.0.2.7:1",
        "PROXY UNKNOWN, null",
        "PROXY UNKNOWN TCP4 and whatever else, null"
    })
    void aLineSaysWhereTheClientIs(String line, String source) throws IOException {
        ByteBuf in = text(line + "\r\nMQTT");
        ProxyHeader header = ProxyHeader.read(in);
        assertThat(String.valueOf(header.source())).isEqualTo(source);
        assertThat(header.length()).isEqualTo(line.length() + 2);
        assertThat(in.toString(ISO_8859_1)).isEqualTo("MQTT");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROXY TCP4 192.0.2.7 198.51.100.1 51234\\r\\n | two addresses and two ports",
                "PROXY TCP4 192.0.2.7 198.51.100.1 51234 8883 1\\r\\n | two addresses and two ports",
                "PROXY TCP4  192.0.2.7 198.51.100.1 51234 8883\\r\\n | two addresses and two ports",
                "PROXY TCP4 192.0.2.07 198.51.100.1 51234 8883\\r\\n | two addresses and two ports",
                "PROXY TCP4 192.0.2.256 198.51.100.1 51234 8883\\r\\n | two addresses and two ports",
                "PROXY TCP4 3221225991 198.51.100.1 51234 8883\\r\\n | two addresses and two ports",
                "PROXY TCP4 2001:db8::7 2001:db8::1 51234 8883\\r\\n | two addresses and two ports",
                "PROXY TCP6 192.0.2.7 198.51.100.1 51234 8883\\r\\n | two addresses and two ports",
                "PROXY TCP6 fe80::7%eth0 fe80::1 51234 8883\\r\\n | two addresses and two ports",
                "PROXY TCP6 [2001:db8::7] ::1 51234 8883\\r\\n | two addresses and two ports",
                "PROXY TCP4 192.0.2.7 198.51.100.1 65536 8883\\r\\n | two addresses and two ports",
                "PROXY TCP4 192.0.2.7 198.51.100.1 -1 8883\\r\\n | two addresses and two ports",
                "PROXY TCP4 192.0.2.7 198.51.100.1 0051 8883\\r\\n | two addresses and two ports",
                "PROXY TCP4 192.0.2.7 198.51.100.1 51234 x\\r\\n | two addresses and two ports",
                "PROXY TCP4 \\x1b[2J 198.51.100.1 51234 x\\r\\n | given was 'PROXY TCP4 ?[2J 198",
                "PROXY UDP4 192.0.2.7 198.51.100.1 51234 8883\\r\\n | two addresses and two ports",
                "PROXY \\r\\n | two addresses and two ports",
                "PROXY TCP4 192.0.2.7 198.51.100.1 51234 8883\\n | LF without CR",
                "PROXX | there is none: what came begins with 50524f5858",
                "GET /mqtt HTTP/1.1\\r\\n | there is none: what came begins with 474554",
                "\\x10\\x0d\\x00\\x04MQTT | there is none: what came begins with 100d",
                "\\x16\\x03\\x01 | there is none: what came begins with 160301"
            })
    void aWrongLineIsToldFrom(String line, String detail) {
        assertThatThrownBy(() -> ProxyHeader.read(text(unescaped(line))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(detail);
    }

    @Test
    void aLineHasAnEnd() throws IOException {
        String longest = "PROXY UNKNOWN " + "x".repeat(107 - 16);
        assertThat(ProxyHeader.read(text(longest))).isNull();
        assertThat(ProxyHeader.read(text(longest + "\r\n")).length()).isEqualTo(107);
        assertThatThrownBy(() -> ProxyHeader.read(text(longest + "x\r\n")))
                .hasMessage("a line of more than 107 bytes");
    }

    // ---- version 2

    static Stream<Arguments> binary() {
        return Stream.of(
                // command, family, addresses, what is behind them; source, name of the certificate
                Arguments.of("21", "11", FOUR, "", "/192.0.2.7:51234", null),
                Arguments.of("21", "21", SIX, "", "/[2001:db8:0:0:0:0:0:7]:51234", null),
                Arguments.of("21", "00", "", "", "null", null),
                Arguments.of("21", "31", "2f".repeat(216), "", "null", null),
                Arguments.of("20", "00", "", "", "null", null),
                Arguments.of("20", "11", FOUR, "", "null", null),
                Arguments.of("20", "ff", "0102", "", "null", null),
                // ALPN, authority, something unknown, padding
                Arguments.of("21", "11", FOUR, "010004 6d717474", "/192.0.2.7:51234", null),
                Arguments.of("21", "11", FOUR, "020001 61 ef0000", "/192.0.2.7:51234", null),
                Arguments.of("21", "11", FOUR, "040003 000000", "/192.0.2.7:51234", null),
                // TLS with a certificate that was verified, now and earlier in the session
                Arguments.of(
                        "21", "11", FOUR, tls(0x03, 0, "sensor-7"), "/192.0.2.7:51234", "sensor-7"),
                Arguments.of(
                        "21", "11", FOUR, tls(0x05, 0, "sensor-7"), "/192.0.2.7:51234", "sensor-7"),
                Arguments.of("21", "11", FOUR, tls(0x07, 0, "ñandú"), "/192.0.2.7:51234", "ñandú"),
                // none, not verified, no TLS, no name
                Arguments.of("21", "11", FOUR, tls(0x01, 0, "sensor-7"), "/192.0.2.7:51234", null),
                Arguments.of("21", "11", FOUR, tls(0x07, 1, "sensor-7"), "/192.0.2.7:51234", null),
                Arguments.of("21", "11", FOUR, tls(0x06, 0, "sensor-7"), "/192.0.2.7:51234", null),
                Arguments.of("21", "11", FOUR, "200005 07 00000000", "/192.0.2.7:51234", null));
    }

    @ParameterizedTest
    @MethodSource("binary")
    void bytesSayWhereTheClientIs(
            String command,
            String family,
            String addresses,
            String more,
            String source,
            String name)
            throws IOException {
        byte[] header = header(command, family, addresses + more);
        for (byte[] each : List.of(header, withChecksum(header))) {
            ByteBuf in = Unpooled.wrappedBuffer(each, "MQTT".getBytes(ISO_8859_1));
            ProxyHeader read = ProxyHeader.read(in);
            assertThat(String.valueOf(read.source())).isEqualTo(source);
            assertThat(read.certificateName()).isEqualTo(name);
            assertThat(read.length()).isEqualTo(each.length);
            assertThat(in.toString(ISO_8859_1)).isEqualTo("MQTT");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // command, family, what follows; what is wrong
        "11, 11, c0000207c6336401c82222b3, version 2 and command LOCAL or PROXY expected",
        "22, 11, c0000207c6336401c82222b3, given was 0x22",
        "31, 11, c0000207c6336401c82222b3, given was 0x31",
        "21, 12, c0000207c6336401c82222b3, a family and protocol other than TCP",
        "21, 10, c0000207c6336401c82222b3, 0x10",
        "21, 41, c0000207c6336401c82222b3, 0x41",
        "21, 32, c0000207c6336401c82222b3, 0x32",
        "21, 11, c0000207c6336401c82222, 11 bytes are too few for its addresses",
        "21, 21, c0000207c6336401c82222b3, 12 bytes are too few for its addresses",
        "21, 31, 00, 1 bytes are too few for its addresses",
        "21, 11, c0000207c6336401c82222b304, a value that is longer than what holds it",
        "21, 11, c0000207c6336401c82222b30400, a value that is longer than what holds it",
        "21, 11, c0000207c6336401c82222b3040001, a value that is longer than what holds it",
        "21, 11, c0000207c6336401c82222b303000400000000, its checksum is wrong",
        "21, 11, c0000207c6336401c82222b3030003000000, a checksum of 3 bytes",
        "21, 11, c0000207c6336401c82222b320000407000000, 'of TLS 4 bytes, at least 5 expected'",
        "21, 11, c0000207c6336401c82222b32000080700000000220001, a value that is longer",
        "21, 11, c0000207c6336401c82222b32000080700000000220000, a common name that is empty",
        "21, 11, c0000207c6336401c82222b32000090700000000220001ff, 'or no text: ff'",
        "21, 11, c0000207c6336401c82222b3200009070000000022000100, 'or no text: 00'",
        "21, 11, c0000207c6336401c82222b320000907000000002200010a, 'or no text: 0a'"
    })
    void wrongBytesAreToldFrom(String command, String family, String rest, String detail) {
        assertThatThrownBy(() -> ProxyHeader.read(in(header(command, family, rest))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(detail);
    }

    @Test
    void aHeaderThatIsTooLongIsRefusedByItsLengthAlone() throws IOException {
        String longest = SIGNATURE + "2111" + "0ff0";
        assertThat(ProxyHeader.read(in(bytes(longest)))).isNull();
        assertThatThrownBy(() -> ProxyHeader.read(in(bytes(SIGNATURE + "21110ff1"))))
                .hasMessage("a header of 4097 bytes, 4096 are taken");
    }

    @Test
    void aChecksumIsOfEveryByte() {
        byte[] right = withChecksum(header("21", "11", FOUR + tls(0x07, 0, "sensor-7")));
        assertThat(read(right)).startsWith("ProxyHeader[");
        int itsType = right.length - 7; // which says that there is one
        for (int i = 0; i < right.length; i++) {
            for (int bit = 0; bit < 8 && i != itsType; bit++) {
                byte[] wrong = right.clone();
                wrong[i] ^= (byte) (1 << bit);
                assertThat(read(wrong)).as("byte %d, bit %d", i, bit).isNotEqualTo(read(right));
            }
        }
    }

    // ---- in parts

    @Test
    void aHeaderMayComeInAnyParts() {
        Random random = new Random(1);
        for (byte[] header :
                List.of(
                        "PROXY TCP4 192.0.2.7 198.51.100.1 51234 8883\r\n".getBytes(ISO_8859_1),
                        "PROXY UNKNOWN\r\n".getBytes(ISO_8859_1),
                        withChecksum(header("21", "11", FOUR + tls(7, 0, "c"))),
                        header("21", "11", FOUR + "04" + "0fe1" + "00".repeat(0x0fe1)))) {
            byte[] all = new byte[header.length + 4];
            System.arraycopy(header, 0, all, 0, header.length);
            System.arraycopy("MQTT".getBytes(ISO_8859_1), 0, all, header.length, 4);
            for (int i = 0; i < 200; i++) {
                EmbeddedChannel channel = new EmbeddedChannel(new ProxyReader());
                List<Object> events = events(channel);
                for (int from = 0; from < all.length; ) {
                    int length = Math.min(all.length - from, 1 + random.nextInt(i < 100 ? 3 : 50));
                    channel.writeInbound(Unpooled.copiedBuffer(all, from, length));
                    from += length;
                }
                assertThat(events).hasSize(1);
                assertThat(((ProxyReader.Read) events.getFirst()).header().length())
                        .isEqualTo(header.length);
                assertThat(rest(channel)).isEqualTo("MQTT");
            }
        }
    }

    @Test
    void whatComesBehindAWrongHeaderIsNotLookedAt() {
        EmbeddedChannel channel = new EmbeddedChannel(new ProxyReader());
        List<Object> events = events(channel);
        channel.writeInbound(text("\u0010\rhello"));
        channel.writeInbound(text("PROXY TCP4 192.0.2.7 198.51.100.1 51234 8883\r\nMQTT"));
        assertThat(events)
                .containsExactly(
                        new ProxyReader.Wrong(
                                "there is none: what came begins with 100d68656c6c6f"));
        assertThat(rest(channel)).isEmpty();
    }

    /// Whatever comes, it is a header, a wrong one or the beginning of one: nothing else happens,
    /// and of a stranger's bytes no more is kept than the longest header.
    @Test
    void noBytesAreTooMuchForIt() {
        Random random = new Random(7);
        List<byte[]> seeds =
                List.of(
                        "PROXY TCP4 192.0.2.7 198.51.100.1 51234 8883\r\n".getBytes(ISO_8859_1),
                        "PROXY TCP6 2001:db8::7 ::1 51234 8883\r\n".getBytes(ISO_8859_1),
                        header("21", "11", FOUR + tls(7, 0, "sensor")),
                        header("21", "21", SIX + tls(7, 0, "sensor") + "0400010001000161"),
                        header("20", "00", ""),
                        withChecksum(header("21", "31", "00".repeat(216))));
        int whole = 0;
        int wrong = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            EmbeddedChannel channel = new EmbeddedChannel(new ProxyReader());
            List<Object> events = events(channel);
            int cut = random.nextInt(bytes.length + 1);
            channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, cut));
            channel.writeInbound(Unpooled.copiedBuffer(bytes, cut, bytes.length - cut));
            assertThat(events.size()).isLessThan(2);
            whole += !events.isEmpty() && events.getFirst() instanceof ProxyReader.Read ? 1 : 0;
            wrong += !events.isEmpty() && events.getFirst() instanceof ProxyReader.Wrong ? 1 : 0;
            channel.finishAndReleaseAll();
        }
        assertThat(whole).isGreaterThan(4_000);
        assertThat(wrong).isGreaterThan(4_000);
    }

    // ---- helpers

    private static List<Object> events(EmbeddedChannel channel) {
        List<Object> events = new ArrayList<>();
        channel.pipeline()
                .addLast(
                        new io.netty.channel.ChannelInboundHandlerAdapter() {
                            @Override
                            public void userEventTriggered(
                                    io.netty.channel.ChannelHandlerContext context, Object event) {
                                events.add(event);
                            }
                        });
        return events;
    }

    private static String rest(EmbeddedChannel channel) {
        StringBuilder rest = new StringBuilder();
        for (ByteBuf in = channel.readInbound(); in != null; in = channel.readInbound()) {
            rest.append(in.toString(ISO_8859_1));
            in.release();
        }
        return rest.toString();
    }

    private static String read(byte[] header) {
        try {
            return String.valueOf(ProxyHeader.read(in(header)));
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private static String tls(int client, int verify, String name) {
        String text =
                HexFormat.of().formatHex(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        // With the version that was spoken before the name.
        String values = "21 0007 544c5376312e33" + "22%04x%s".formatted(text.length() / 2, text);
        int length = 5 + values.replace(" ", "").length() / 2;
        return "20%04x%02x%08x%s".formatted(length, client, verify, values);
    }

    private static byte[] header(String command, String family, String rest) {
        byte[] behind = bytes(rest);
        return bytes(
                SIGNATURE
                        + command
                        + family
                        + "%04x".formatted(behind.length)
                        + HexFormat.of().formatHex(behind));
    }

    private static byte[] withChecksum(byte[] header) {
        ByteBuf out = Unpooled.buffer().writeBytes(header).writeBytes(bytes("030004 00000000"));
        out.setShort(14, out.readableBytes() - 16);
        CRC32C sum = new CRC32C();
        sum.update(out.nioBuffer());
        out.setInt(out.readableBytes() - 4, (int) sum.getValue());
        return io.netty.buffer.ByteBufUtil.getBytes(out);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static ByteBuf in(byte[] bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }

    private static ByteBuf text(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1));
    }

    private static String unescaped(String text) {
        return text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .transform(it ->
                        java.util.regex.Pattern.compile("\\\\x([0-9a-f]{2})")
                                .matcher(it)
                                .replaceAll(found ->
                                        String.valueOf(
                                                (char) Integer.parseInt(found.group(1), 16))));
    }
}
