/// Passwords: the hashes that are kept of them, the files that keep those, and what is remembered
/// of who gave which.
@NullMarked
package org.vencejo.broker.passwords;

import org.jspecify.annotations.NullMarked;
