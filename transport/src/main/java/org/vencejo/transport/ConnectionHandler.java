package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Who stands behind a connection: is told what happens to it, always on the connection's event
/// loop.
///
/// The calls come in the order [#entering], [#opened], any number of [#received] and [#writable],
/// [#closed] once; or, of one that does not pass its [Door], [#entering] and [#turnedAway].
/// [#introduced] comes before [#opened], from behind a proxy. What is thrown here comes back in
/// [#failed] and ends the connection; so does what fails while its door is built.
public interface ConnectionHandler {
    /// The connection is there, and has its door before it, if it has one.
    default void entering(SocketConnection connection) {}

    /// The connection is there and will be read from.
    void opened(SocketConnection connection);

    /// Bytes came. Whoever is called takes what it can use by moving the reader index; what is left
    /// comes again, before what arrives later. The buffer is lent for the call: who keeps a part
    /// retains it.
    ///
    /// Answers how many bytes, counted from where the reader index was left, must be there before
    /// another call makes sense; 1 if that is not known; or [#LATER].
    int received(ByteBuf bytes);

    /// The answer of who could use more of the bytes, and will, when it calls
    /// [SocketConnection#goOn], which it has to do: also when the peer is gone meanwhile, which it
    /// hears of only then. To have stopped reading meanwhile is its business.
    int LATER = -1;

    /// The bytes that wait fell below the low mark after they had been above the high mark.
    void writable();

    /// A fault of ours, in a handler or in the transport itself; the connection is about to be cut.
    void failed(Throwable fault);

    /// The connection is gone, for this reason; nothing sent will arrive any more.
    void closed(String reason);

    /// A proxy has said for whom the connection is, before it is open. Answers why that one may not
    /// come in, or null.
    default @Nullable String introduced(ProxyHeader header) {
        return null;
    }

    /// The connection is gone before it was open: it did not pass this step of its door, for this
    /// reason.
    default void turnedAway(Door.Step step, String reason) {}
}
