package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;

/// Variable Byte Integers (section 1.5.5): seven bits a byte, the lowest first, at most four bytes.
final class VariableByteInteger {
    static final int MAX = 268_435_455;

    private VariableByteInteger() {}

    /// The bytes that `value` takes, the fewest that hold it [MQTT-1.5.5-1].
    static int size(int value) {
        if (value < 0x80) {
            return 1;
        }
        if (value < 0x4000) {
            return 2;
        }
        return value < 0x20_0000 ? 3 : 4;
    }

    static void write(int value, ByteBuf out) {
        int rest = value;
        while (rest >= 0x80) {
            out.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}
