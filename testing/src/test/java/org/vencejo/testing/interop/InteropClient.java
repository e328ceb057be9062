package org.vencejo.testing.interop;

import org.jspecify.annotations.Nullable;

/// A client of some library, as far as the scenarios need it. Confined to the thread of its test.
///
/// Every call waits until the server has answered, and fails if it has not after a bounded time.
interface InteropClient {
    /// Connects, or connects again.
    void connect() throws Exception;

    /// Subscribes, and waits for the SUBACK.
    void subscribe(String topicFilter, int qos) throws Exception;

    /// Publishes, and waits for what ends the exchange.
    void publish(Message message) throws Exception;

    /// The next message that came.
    Message receive() throws Exception;

    /// Ends the connection with a DISCONNECT.
    void disconnect() throws Exception;

    /// Ends what is left, in whatever state.
    void close() throws Exception;

    /// What a client is to be: `kept` asks for a session that outlives the connection, which a
    /// later connect goes on with.
    record Settings(int port, String clientIdentifier, boolean kept, @Nullable Message will) {
        static Settings of(int port, String clientIdentifier) {
            return new Settings(port, clientIdentifier, false, null);
        }

        Settings asKept() {
            return new Settings(port, clientIdentifier, true, will);
        }

        Settings withWill(Message message) {
            return new Settings(port, clientIdentifier, kept, message);
        }
    }
}
