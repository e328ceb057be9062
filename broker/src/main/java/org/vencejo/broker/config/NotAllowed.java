package org.vencejo.broker.config;

/// A value that its key does not allow; the detail is what operators read after the key.
final class NotAllowed extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String detail;

    NotAllowed(String detail) {
        super(detail, null, false, false);
        this.detail = detail;
    }

    String detail() {
        return detail;
    }
}
