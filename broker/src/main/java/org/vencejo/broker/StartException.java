package org.vencejo.broker;

/// Why a broker did not start, in one line for operators. The cause, if any, is for us.
public final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StartException(String line) {
        super(line);
    }

    StartException(String line, Throwable cause) {
        super(line, cause);
    }
}
