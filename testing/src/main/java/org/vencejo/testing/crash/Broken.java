package org.vencejo.testing.crash;

import java.io.Serial;

/// A [Rule] does not hold.
final class Broken extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    private final Rule rule;

    Broken(Rule rule, String detail) {
        super(detail);
        this.rule = rule;
    }

    Rule rule() {
        return rule;
    }
}
