/// The crash tester: a broker as a process under load from real sockets, killed and started again
/// and again, and held to what it acknowledged.
@NullMarked
package org.vencejo.testing.crash;

import org.jspecify.annotations.NullMarked;
