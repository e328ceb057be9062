package org.vencejo.transport;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/// TLS cannot be had with these files, for these reasons.
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient List<TlsFiles.Trouble> troubles;

    TlsException(List<TlsFiles.Trouble> troubles) {
        super(troubles.stream().map(TlsFiles.Trouble::toString).collect(Collectors.joining("; ")));
        this.troubles = List.copyOf(troubles);
    }

    public List<TlsFiles.Trouble> troubles() {
        return troubles;
    }
}
