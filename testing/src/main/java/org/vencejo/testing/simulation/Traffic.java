package org.vencejo.testing.simulation;

/// Who decides when what is under way arrives: told of everything that now can. A script says all
/// of that itself, and needs nobody.
interface Traffic {
    Traffic BY_SCRIPT = new Traffic() {};

    /// The client sent so many bytes.
    default void sent(Link link, int bytes) {}

    /// So many bytes are on their way to the client.
    default void sentBack(Link link, int bytes) {}

    /// Something is there for a slow reader.
    default void readable(Link link) {}

    /// The server's side of the link is gone.
    default void over(Link link) {}

    /// The client is gone, after a last packet or without.
    default void left(Link link, boolean afterLastPacket) {}

    /// The client owes answers over the link.
    default void owes(Link link) {}

    /// Somebody waits to be let in.
    default void waitsAtTheDoor(Link link) {}

    /// A part of a queue is to be read.
    default void reading() {}

    /// Batches up to this number wait for the disk.
    default void appended(long upTo) {}
}
