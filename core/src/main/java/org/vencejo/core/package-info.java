/// The Server of the standard: what happens to packets, sessions and messages, and nothing else.
///
/// [Server#handle] takes one [Input] and the time, changes its state, and says what is to be done
/// in the world through an [Outbox]. It knows no clock, thread, lock, socket, file, logger or
/// random source; whoever holds the server at an instant is its only owner. What must survive a
/// crash changes only by a [Mutation], and what depends on that leaves only after [Input.Durable].
@NullMarked
package org.vencejo.core;

import org.jspecify.annotations.NullMarked;
