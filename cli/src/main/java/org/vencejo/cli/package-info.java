/// The command `vencejo`: reads arguments, starts the broker or a client, wires nothing else.
@NullMarked
package org.vencejo.cli;

import org.jspecify.annotations.NullMarked;
