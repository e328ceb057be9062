package org.vencejo.transport;

/// Whether memory for buffers is short. Thread-safe.
///
/// While it is, a connection counts as slow as soon as [#SLOW_BYTES] wait for it.
public final class Shortage {
    static final int SLOW_BYTES = 16 << 10;

    private volatile boolean on;

    public boolean isOn() {
        return on;
    }

    public void set(boolean isShort) {
        if (on != isShort) {
            on = isShort;
        }
    }
}
