package org.vencejo.core;

import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;

/// What the server wants done, given to each call of [Server#handle] and valid only during it.
///
/// It holds nothing back: in production a packet is encoded into the connection's out-buffer at
/// once, in tests it is recorded.
public interface Outbox {
    /// Appends a packet that is not a PUBLISH to the connection's out-buffer; returns the bytes now
    /// waiting there.
    long send(Connection connection, Packet packet);

    /// Appends a PUBLISH. The same `publish` object comes again for each receiver of one variant,
    /// so that it needs to be encoded once. See [org.vencejo.core.session.Link#publish] for the
    /// parameters.
    long publish(
            Connection connection,
            Publish publish,
            int packetIdentifier,
            boolean dup,
            int topicAlias);

    /// Closes the connection after what was sent before has been written. No input of it acts any
    /// more.
    void close(Connection connection);

    /// Holds back reading from the connection; packets that were read already may still come.
    void pauseReading(Connection connection);

    /// Goes on reading from the connection.
    void resumeReading(Connection connection);

    /// Hands a change of durable state to the journal. Numbers rise by one; the answer is an
    /// [Input.Durable] that reaches `number`. Mutations of one call belong to one batch, and so do
    /// those of calls behind which [Server#mayCommit()] is false.
    void append(long number, Mutation mutation);

    /// Has entries of a session's queue read that are on disk, see [QueueReader#read]; the answer
    /// is an [Input.QueueRead] with the same `session` and `read`.
    void readQueue(long session, long read, long from, int messagesMax, long bytesMax);

    /// Asks who the client is; the answer is an [Input.Authenticated], now or later.
    void authenticate(Connection connection, Authentication.Request request);

    /// Tells operators what happened.
    void event(Event event);
}
