/// The Server of the standard as a state machine: inputs in, effects out, time an argument.
@NullMarked
package org.vencejo.core;

import org.jspecify.annotations.NullMarked;
