package org.vencejo.broker.passwords;

/// A text is no hash of a password, for the reason in its message, which does not quote it.
final class UnknownHashException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String detail;

    UnknownHashException(String detail) {
        super(detail);
        this.detail = detail;
    }

    String detail() {
        return detail;
    }
}
