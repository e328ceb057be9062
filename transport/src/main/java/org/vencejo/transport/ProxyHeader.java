package org.vencejo.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What a proxy says of the client that it stands for, before all that the client sends: HAProxy's
/// PROXY protocol, version 1 (a line of text) or 2 (binary). Immutable.
///
/// `source` is where the client is, or null where the proxy speaks for itself (LOCAL), does not
/// know (UNKNOWN) or has it from a Unix socket. `certificateName` is the common name of the
/// certificate that the client has shown to the proxy, and the proxy has verified, or null.
/// `length` is that of the header in bytes.
public record ProxyHeader(
        @Nullable InetSocketAddress source, @Nullable String certificateName, int length) {
    /// The longest line of version 1, with its end.
    static final int LINE_BYTES_MAX = 107;

    /// The longest header of version 2: proxies may add what they like, and need not be believed to
    /// need more.
    static final int BYTES_MAX = 4 << 10;

    private static final byte[] WORD = "PROXY ".getBytes(US_ASCII);
    private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII);
    private static final int HEAD_BYTES = 16;

    private static final int LOCAL = 0;
    private static final int PROXY = 1;

    // Families, and what carries them.
    private static final int UNSPECIFIED = 0x00;
    private static final int TCP_4 = 0x11;
    private static final int TCP_6 = 0x21;
    private static final int UNIX = 0x31;
    private static final int UNIX_ADDRESSES_BYTES = 216;

    // What may stand behind the addresses: a type, a length of two bytes, a value.
    private static final int CHECKSUM = 0x03;
    private static final int TLS = 0x20;
    private static final int TLS_COMMON_NAME = 0x22;

    private static final int HAS_TLS = 0x01;
    private static final int HAS_CERTIFICATE_NOW = 0x02;
    private static final int HAD_CERTIFICATE_IN_SESSION = 0x04;

    /// Reads the header that `in` begins with, and moves the reader index behind it; null if it is
    /// not whole.
    ///
    /// @throws IOException if there is none, or a wrong one, saying what is wrong
    static @Nullable ProxyHeader read(ByteBuf in) throws IOException {
        if (!in.isReadable()) {
            return null;
        }
        byte[] beginning = in.getByte(in.readerIndex()) == WORD[0] ? WORD : SIGNATURE;
        int there = Math.min(beginning.length, in.readableBytes());
        for (int i = 0; i < there; i++) {
            if (in.getByte(in.readerIndex() + i) != beginning[i]) {
                throw new IOException(
                        "there is none: what came begins with "
                                + ByteBufUtil.hexDump(in, in.readerIndex(), there));
            }
        }
        if (there < beginning.length) {
            return null;
        }
        return beginning == WORD ? readLine(in) : readBinary(in);
    }

    // ---- version 1

    private static @Nullable ProxyHeader readLine(ByteBuf in) throws IOException {
        int there = Math.min(LINE_BYTES_MAX, in.readableBytes());
        int end = in.indexOf(in.readerIndex(), in.readerIndex() + there, (byte) '\n');
        if (end < 0) {
            if (there == LINE_BYTES_MAX) {
                throw new IOException("a line of more than " + LINE_BYTES_MAX + " bytes");
            }
            return null;
        }
        int length = end + 1 - in.readerIndex();
        if (in.getByte(end - 1) != '\r') {
            throw new IOException("a line that ends in LF without CR");
        }
        String line = in.toString(in.readerIndex(), length - 2, US_ASCII);
        String[] words = line.split(" ", -1);
        in.skipBytes(length);
        if (words[1].equals("UNKNOWN")) {
            return new ProxyHeader(null, null, length);
        }
        boolean six = words[1].equals("TCP6");
        if (words.length != 6 || !(six || words[1].equals("TCP4"))) {
            throw wrongLine(line);
        }
        InetAddress source = address(words[2], six);
        InetAddress destination = address(words[3], six);
        int port = port(words[4]);
        if (source == null || destination == null || port < 0 || port(words[5]) < 0) {
            throw wrongLine(line);
        }
        return new ProxyHeader(new InetSocketAddress(source, port), null, length);
    }

    private static IOException wrongLine(String line) {
        return new IOException(
                "expected PROXY TCP4|TCP6 with two addresses and two ports, or PROXY UNKNOWN; given was '%s'"
                        .formatted(line.replaceAll("[^ -~]", "?")));
    }

    private static @Nullable InetAddress address(String text, boolean six) {
        boolean right =
                six
                        ? text.matches("[0-9a-fA-F:.]+") && NetUtil.isValidIpV6Address(text)
                        : text.matches("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}")
                                && NetUtil.isValidIpV4Address(text);
        byte[] bytes = right ? NetUtil.createByteArrayFromIpAddressString(text) : null;
        return bytes == null ? null : address(bytes);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("4 or 16 bytes were given", impossible);
        }
    }

    private static int port(String text) {
        if (!text.matches("0|[1-9][0-9]{0,4}")) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port > 0xFFFF ? -1 : port;
    }

    // ---- version 2

    private static @Nullable ProxyHeader readBinary(ByteBuf in) throws IOException {
        if (in.readableBytes() < HEAD_BYTES) {
            return null;
        }
        int from = in.readerIndex();
        int command = in.getUnsignedByte(from + 12);
        if (command != (0x20 | LOCAL) && command != (0x20 | PROXY)) {
            throw new IOException(
                    "version 2 and command LOCAL or PROXY expected, given was 0x%02x"
                            .formatted(command));
        }
        int length = HEAD_BYTES + in.getUnsignedShort(from + 14);
        if (length > BYTES_MAX) {
            throw new IOException(
                    "a header of %d bytes, %d are taken".formatted(length, BYTES_MAX));
        }
        if (in.readableBytes() < length) {
            return null;
        }
        ByteBuf header = in.readSlice(length);
        return (command & 0x0F) == LOCAL
                ? new ProxyHeader(null, null, length) // what it says of addresses has no meaning
                : readAddresses(header);
    }

    private static ProxyHeader readAddresses(ByteBuf header) throws IOException {
        int family = header.getUnsignedByte(13);
        int bytes =
                switch (family) {
                    case UNSPECIFIED -> 0;
                    case TCP_4 -> 2 * 4 + 2 * 2;
                    case TCP_6 -> 2 * 16 + 2 * 2;
                    case UNIX -> UNIX_ADDRESSES_BYTES;
                    default ->
                            throw new IOException(
                                    "a family and protocol other than TCP over IPv4 or IPv6, Unix stream or unspecified: 0x%02x"
                                            .formatted(family));
                };
        header.skipBytes(HEAD_BYTES);
        if (header.readableBytes() < bytes) {
            throw new IOException(
                    "%d bytes are too few for its addresses".formatted(header.readableBytes()));
        }
        InetSocketAddress source = null;
        if (family == TCP_4 || family == TCP_6) {
            byte[] address = new byte[family == TCP_4 ? 4 : 16];
            header.getBytes(HEAD_BYTES, address);
            source =
                    new InetSocketAddress(
                            address(address),
                            header.getUnsignedShort(HEAD_BYTES + 2 * address.length));
        }
        header.skipBytes(bytes);
        String name = null;
        while (header.isReadable()) {
            int type = header.readUnsignedByte();
            ByteBuf value = value(header);
            switch (type) {
                case CHECKSUM -> check(header, value);
                case TLS -> name = certificateName(value);
                default -> {} // of no use to us
            }
        }
        return new ProxyHeader(source, name, header.capacity());
    }

    private static ByteBuf value(ByteBuf in) throws IOException {
        if (in.readableBytes() < 2
                || in.readableBytes() - 2 < in.getUnsignedShort(in.readerIndex())) {
            throw new IOException("a value that is longer than what holds it");
        }
        return in.readSlice(in.readUnsignedShort());
    }

    /// The checksum is that of the header with zeros in its place.
    private static void check(ByteBuf header, ByteBuf value) throws IOException {
        if (value.readableBytes() != 4) {
            throw new IOException("a checksum of %d bytes".formatted(value.readableBytes()));
        }
        byte[] bytes = ByteBufUtil.getBytes(header, 0, header.capacity());
        int at = header.readerIndex() - 4;
        ByteBuffer.wrap(bytes).putInt(at, 0);
        CRC32C computed = new CRC32C();
        computed.update(bytes);
        if ((int) computed.getValue() != value.getInt(0)) {
            throw new IOException("its checksum is wrong");
        }
    }

    private static @Nullable String certificateName(ByteBuf tls) throws IOException {
        if (tls.readableBytes() < 5) {
            throw new IOException(
                    "of TLS %d bytes, at least 5 expected".formatted(tls.readableBytes()));
        }
        int client = tls.readUnsignedByte();
        boolean verified = tls.readInt() == 0;
        boolean shown =
                (client & HAS_TLS) != 0
                        && (client & (HAS_CERTIFICATE_NOW | HAD_CERTIFICATE_IN_SESSION)) != 0;
        String name = null;
        while (tls.isReadable()) {
            int type = tls.readUnsignedByte();
            ByteBuf value = value(tls);
            if (type == TLS_COMMON_NAME) {
                name = text(value);
            }
        }
        return shown && verified ? name : null;
    }

    private static String text(ByteBuf value) throws IOException {
        try {
            String text = UTF_8.newDecoder().decode(value.nioBuffer()).toString();
            if (!text.isBlank() && text.chars().noneMatch(Character::isISOControl)) {
                return text;
            }
        } catch (CharacterCodingException wrong) {
            // told below
        }
        throw new IOException(
                "a common name that is empty, or no text: " + ByteBufUtil.hexDump(value));
    }
}
