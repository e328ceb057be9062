/// Microbenchmarks; never shipped.
@NullMarked
package org.vencejo.bench;

import org.jspecify.annotations.NullMarked;
