package org.vencejo.client;

import org.jspecify.annotations.Nullable;

/// How a client shows who it is in the steps of enhanced authentication, MQTT 5.0 only (section
/// 4.12): its Authentication Method, and who speaks for it. Thread-safe: several clients may have
/// the same one.
///
/// [MqttScram] and [MqttToken] are ready; others are made by implementing this.
public interface MqttAuthentication {
    /// The Authentication Method, the same each time.
    String method();

    /// Begins anew: called for each CONNECT, and for each time that the client authenticates again
    /// on an open connection.
    Exchange begin() throws Exception;

    /// One exchange with the server, from its first data to its last.
    ///
    /// Its methods are called one after the other: [#first] and [#next], as what begins it, on a
    /// thread on which they may wait or compute, for as long as the option `connectTimeout` allows;
    /// [#accepted] on the client's own, where nothing may wait. Whatever one of them throws ends
    /// the exchange, and with it the connection unless the server has heard nothing yet; an
    /// [MqttException] is what the application sees.
    interface Exchange {
        /// The Authentication Data of CONNECT, or of the AUTH that begins anew (0x19); null for
        /// none.
        byte @Nullable [] first() throws Exception;

        /// The Authentication Data that answers those of an AUTH of the server (0x18); null for
        /// none, on either side.
        byte @Nullable [] next(byte @Nullable [] data) throws Exception;

        /// The server accepted the client, and said this last (null for nothing). Where the server
        /// has to show who it is, too, this is where it did or did not: one that throws here is not
        /// spoken with.
        void accepted(byte @Nullable [] data) throws Exception;
    }
}
