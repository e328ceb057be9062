package org.vencejo.broker.config;

/// Who knows users.
public enum AuthenticationType {
    /// A file of names and hashes of passwords.
    PASSWORD_FILE
}
