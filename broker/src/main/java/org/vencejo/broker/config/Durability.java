package org.vencejo.broker.config;

/// What an acknowledgement promises.
public enum Durability {
    /// The disk has it.
    FSYNC,
    /// The operating system has it, and will write it.
    OS,
    /// This process has it in memory, and it is gone with the process.
    MEMORY
}
