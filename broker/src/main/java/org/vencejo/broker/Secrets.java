package org.vencejo.broker;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;

/// What a client shows to prove who it is: its password, and the data of an exchange. Stateless.
final class Secrets {
    private Secrets() {}

    static byte @Nullable [] passwordOf(Authentication.Request request) {
        return switch (request) {
            case Authentication.Credentials it -> it.password();
            case Authentication.Step it -> it.password();
        };
    }

    /// Overwrites all of it.
    static void clear(Authentication.Request request) {
        clear(passwordOf(request));
        if (request instanceof Authentication.Step it) {
            clear(it.data());
        }
    }

    static void clear(byte @Nullable [] secret) {
        if (secret != null) {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /// The same request with secrets of its own.
    static Authentication.Request copy(Authentication.Request request) {
        return switch (request) {
            case Authentication.Credentials it ->
                    new Authentication.Credentials(
                            it.clientIdentifier(), it.userName(), copy(it.password()));
            case Authentication.Step it ->
                    new Authentication.Step(
                            it.clientIdentifier(),
                            it.userName(),
                            copy(it.password()),
                            it.method(),
                            copy(it.data()),
                            it.first(),
                            it.reAuthentication(),
                            it.exchange());
        };
    }

    private static byte @Nullable [] copy(byte @Nullable [] secret) {
        return secret == null ? null : secret.clone();
    }
}
