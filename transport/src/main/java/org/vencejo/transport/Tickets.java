package org.vencejo.transport;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The keys under which clients of one context of BoringSSL keep their sessions: the one in use,
/// and the one before it, by which a session can be resumed for a while.
///
/// Thread-safe. A new context has new keys: what was resumed by an older one has to be shown again.
/// The JDK's engine, and BoringSSL without ours, change theirs by themselves; but then BoringSSL
/// lets sessions of TLS 1.3 be resumed for two days.
final class Tickets {
    private final @Nullable OpenSslSessionContext sessions;
    private @Nullable OpenSslSessionTicketKey current;

    /// Those of a context that nobody uses yet.
    Tickets(SslContext context) {
        this.sessions = context.sessionContext() instanceof OpenSslSessionContext it ? it : null;
        renew();
    }

    /// Has new sessions kept under a new key, and forgets the one before the last.
    synchronized void renew() {
        if (sessions == null) {
            return;
        }
        OpenSslSessionTicketKey before = current;
        OpenSslSessionTicketKey next = key();
        if (before == null) {
            sessions.setTicketKeys(next);
        } else {
            sessions.setTicketKeys(next, before);
        }
        current = next;
    }

    private static OpenSslSessionTicketKey key() {
        SecureRandom random = new SecureRandom();
        byte[] name = new byte[OpenSslSessionTicketKey.NAME_SIZE];
        byte[] hmac = new byte[OpenSslSessionTicketKey.HMAC_KEY_SIZE];
        byte[] aes = new byte[OpenSslSessionTicketKey.AES_KEY_SIZE];
        random.nextBytes(name);
        random.nextBytes(hmac);
        random.nextBytes(aes);
        try {
            return new OpenSslSessionTicketKey(name, hmac, aes);
        } finally {
            Arrays.fill(hmac, (byte) 0);
            Arrays.fill(aes, (byte) 0);
        }
    }
}
