package org.vencejo.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The test would find these known mistakes of other servers: numbers in `oracles.tsv` of the
/// conformance suite. Scenarios say the same with a line `oracle: 17`.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Oracle {
    int[] value();
}
