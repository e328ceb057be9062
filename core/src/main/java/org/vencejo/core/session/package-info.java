/// The parts of one session: handshake, flows in both directions, queue, keep alive, aliases.
@NullMarked
package org.vencejo.core.session;

import org.jspecify.annotations.NullMarked;
