package org.vencejo.conformance;

import java.time.Duration;

/// One server under test and the way to it: all that a scenario needs of either.
///
/// Confined to one thread. What only some servers can do throws [UnsupportedOperationException]
/// unless the [Place] that the wire is from names the [Ability].
public interface Wire extends AutoCloseable {
    /// A transport connection to the server.
    Line open();

    /// Four characters that no other scenario on the same server uses.
    String unique();

    /// Lets virtual time pass ([Ability#TIME]).
    default void advance(Duration time) {
        throw new UnsupportedOperationException("time passes by itself here");
    }

    /// Lets the server die and come back when so much time has passed ([Ability#RESTART]). All
    /// connections are gone.
    default void restart(Duration after) {
        throw new UnsupportedOperationException("this server is not ours to restart");
    }

    /// Stops the server in order ([Ability#RESTART]). What it said before may still be heard.
    default void stop() {
        throw new UnsupportedOperationException("this server is not ours to stop");
    }

    /// Keeps the journal from answering, or lets it ([Ability#JOURNAL]).
    default void holdJournal(boolean held) {
        throw new UnsupportedOperationException("this journal answers when it likes");
    }

    /// From now on nobody may do this, or everybody may again ([Ability#SETUP]).
    default void deny(Setup.Denial what, boolean denied) {
        throw new UnsupportedOperationException("the rights on this server are not ours to change");
    }

    @Override
    void close();

    /// One transport connection, as its client holds it. Confined to one thread.
    interface Line {
        /// Sends bytes. Nothing happens if the server has closed the connection.
        void send(byte[] bytes);

        /// What comes next from the server; waits for it within bounds.
        Heard next();

        /// Ends it without a word: a TCP reset.
        void reset();

        /// Ends it in order, but for the DISCONNECT that a client owes.
        void end();
    }

    /// What a client hears next.
    sealed interface Heard {
        /// A whole Control Packet.
        record Packet(byte[] bytes) implements Heard {}

        /// The server closed the connection; `unfinished` is a packet that it did not finish.
        record Closed(byte[] unfinished) implements Heard {}

        /// Nothing came, for as long as is reasonable to wait.
        record Silence() implements Heard {}
    }
}
