package org.vencejo.testing.disk;

/// What a disk may answer. Linux's numbers, the same on every machine that the library is built on.
public enum Trouble {
    IO_ERROR(5, "Input/output error"),
    NO_SPACE(28, "No space left on device"),
    READ_ONLY(30, "Read-only file system");

    private final int errno;
    private final String words;

    Trouble(int errno, String words) {
        this.errno = errno;
        this.words = words;
    }

    int errno() {
        return errno;
    }

    /// What the C library calls it, in exceptions too.
    public String words() {
        return words;
    }
}
