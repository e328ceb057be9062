package org.vencejo.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.vencejo.core.Input;

/// Inputs of one loop that found the core taken, with the bytes that their payloads lie in.
///
/// Written by its loop until it is queued, then belongs to whoever runs the core.
final class InputBatch implements CoreTask {
    private static final int OVERHEAD_BYTES = 256;

    private final LoopDriver origin;
    private final ByteBuf bytes;
    private final List<Input> inputs = new ArrayList<>(4);

    /// A batch whose payloads lie in `bytes`, which it takes over.
    InputBatch(LoopDriver origin, ByteBuf bytes) {
        this.origin = origin;
        this.bytes = bytes;
    }

    /// A batch of one input without payload.
    InputBatch(LoopDriver origin, Input input) {
        this(origin, Unpooled.EMPTY_BUFFER);
        inputs.add(input);
    }

    void add(Input input) {
        inputs.add(input);
    }

    boolean isEmpty() {
        return inputs.isEmpty();
    }

    /// What it counts against the limit of what may wait for the core.
    int size() {
        return OVERHEAD_BYTES + bytes.capacity();
    }

    @Override
    public void run(LoopDriver holder) {
        try {
            for (int i = 0; i < inputs.size(); i++) {
                holder.handleNow(inputs.get(i));
            }
        } finally {
            int size = size();
            release();
            origin.intake().cameBack(size);
        }
    }

    @Override
    public void discard() {
        release();
    }

    void release() {
        bytes.release();
    }
}
