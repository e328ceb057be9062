package org.vencejo.broker.config;

/// What an acknowledgement promises.
public enum Durability {
    /// The message is in this process's memory, and is gone with the process.
    MEMORY
}
