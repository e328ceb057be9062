package org.vencejo.client;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.ReasonCode;

/// Authentication by a token, as a signed JSON Web Token: whoever has it is let in until it ends,
/// and shows the next one by [MqttClient#reauthenticate] on the same connection. Thread-safe.
///
/// The server learns the token, so use TLS. It shows nothing itself.
public final class MqttToken implements MqttAuthentication {
    private final String method;
    private final Callable<byte[]> token;

    private MqttToken(String method, Callable<byte[]> token) {
        this.method = method;
        this.token = token;
    }

    /// By the Authentication Method that Vencejo's broker has for signed tokens (JWT). `token` is
    /// asked for the newest one each time, and may take its time.
    public static MqttToken jwt(Callable<byte[]> token) {
        return of("OAUTH2-JWT", token);
    }

    /// The same under another name.
    public static MqttToken of(String method, Callable<byte[]> token) {
        return new MqttToken(Objects.requireNonNull(method), Objects.requireNonNull(token));
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public Exchange begin() {
        return new Shown(method, token);
    }

    /// Says nothing of the token.
    @Override
    public String toString() {
        return "MqttToken[" + method + "]";
    }

    private record Shown(String method, Callable<byte[]> token) implements Exchange {
        @Override
        public byte[] first() throws Exception {
            return token.call();
        }

        @Override
        public byte[] next(byte @Nullable [] data) {
            throw new MqttException(
                    ReasonCode.NOT_AUTHORIZED,
                    "the server wants more than the token that it was shown by " + method);
        }

        @Override
        public void accepted(byte @Nullable [] data) {
            // It has nothing to show.
        }
    }
}
