package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;

/// Bytes as the tests write them: hex digits, with blanks and comments to the end of the line.
final class Bytes {
    private Bytes() {}

    static byte[] of(String annotated) {
        return HexFormat.of().parseHex(annotated.replaceAll("//.*|#.*", "").replaceAll("\\s", ""));
    }

    static ByteBuf buffer(String annotated) {
        return Unpooled.wrappedBuffer(of(annotated));
    }

    static String hex(ByteBuf bytes) {
        return ByteBufUtil.hexDump(bytes);
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
