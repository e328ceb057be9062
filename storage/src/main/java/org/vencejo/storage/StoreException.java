package org.vencejo.storage;

import java.io.IOException;
import java.io.UncheckedIOException;

/// The store cannot be opened or used; the message is for the operator.
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /// For what files did not do; a stream of them wraps what it throws.
    static StoreException of(String message, Exception e) {
        Exception cause =
                e instanceof UncheckedIOException && e.getCause() instanceof IOException disk
                        ? disk
                        : e;
        return new StoreException(message + ": " + cause, cause);
    }
}
