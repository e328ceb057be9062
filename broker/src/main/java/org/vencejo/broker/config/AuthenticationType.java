package org.vencejo.broker.config;

/// Who knows users.
public enum AuthenticationType {
    /// A file of names and hashes of passwords.
    PASSWORD_FILE("file"),
    /// The certificates that clients show.
    CERTIFICATE("certificate"),
    /// JSON Web Tokens that clients give as their password.
    JWT("jwt"),
    /// A directory of users, over LDAP.
    LDAP("ldap"),
    /// A service that is asked over HTTP.
    HTTP("http"),
    /// The users whose processes come to Unix sockets.
    UNIX_PEER("unix-peer");

    private final String section;

    AuthenticationType(String section) {
        this.section = section;
    }

    /// The key of an entry below which, or at which, stands what is for this type alone.
    String section() {
        return section;
    }
}
