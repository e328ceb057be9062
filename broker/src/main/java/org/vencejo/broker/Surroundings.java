package org.vencejo.broker;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.transport.Door;

/// What a loop's driver needs of the server around it. Thread-safe.
interface Surroundings {
    /// The driver of the loop with this number.
    LoopDriver loop(int index);

    /// Asks who the client is; answers at once, or null and then by [Input.Authenticated].
    Authentication.@Nullable Outcome ask(Connection connection, Authentication.Request request);

    MemoryInUse memory();

    PartialPackets partialPackets();

    /// The time by which turns are counted.
    default long nanos() {
        return System.nanoTime();
    }

    /// An event for operators.
    void tell(Event event);

    /// Why a connection may not come in whose client a proxy has named, or null.
    @Nullable String refusal(BrokerConnection introduced);

    /// A connection is gone that did not pass a step of its door.
    void turnedAway(Door.Step step);

    /// A connection is gone.
    void closed(BrokerConnection connection);

    /// The connections whose client is not known yet, on all loops.
    AtomicInteger connecting();
}
