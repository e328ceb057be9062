package org.vencejo.core;

/// The process on this machine that a client is, as the operating system told the transport when it
/// connected to a Unix socket. Immutable.
public record ClientProcess(int processId, int userId, int groupId) {}
