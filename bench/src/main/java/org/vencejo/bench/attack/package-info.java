/// The attack run: ten thousand hostile connections against a hundred honest clients; started by
/// `bench/attack`.
@NullMarked
package org.vencejo.bench.attack;

import org.jspecify.annotations.NullMarked;
