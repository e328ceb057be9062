package org.vencejo.transport;

/// The process at the other end of a Unix socket, as the operating system knows it: who it was when
/// it connected. Immutable.
public record UnixPeer(int processId, int userId, int groupId) {}
