package org.vencejo.broker.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.AuthenticationConfig.Jwt;
import org.vencejo.broker.identity.KeyPlace;
import org.vencejo.broker.identity.TokenSettings;
import org.vencejo.broker.identity.WebClient;

/// Binds the section `jwt` of an entry of `authentication`.
///
/// Confined to the thread that reads the configuration.
final class JwtSection {
    private static final List<String> ALGORITHMS =
            List.of(
                    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
                    "ES256", "ES384", "ES512", "EdDSA");

    private final Binding binding;
    private final int index;
    private final String path;

    JwtSection(Binding binding, int index) {
        this.binding = binding;
        this.index = index;
        this.path = "authentication[" + index + "]";
    }

    /// The entry, or null if there is a mistake.
    @Nullable Jwt bind(Set<String> listeners) {
        List<String> algorithms = binding.get(JwtKeys.ALGORITHMS, index);
        List<String> keys = binding.get(JwtKeys.KEYS, index);
        String secret = binding.get(JwtKeys.SECRET_FILE, index);
        String url = binding.get(JwtKeys.JWKS_URL, index);
        checkAlgorithms(algorithms);
        checkKeys(algorithms, keys, secret, url);
        if (binding.get(JwtKeys.USER_NAME_CLAIM, index).isEmpty()) {
            binding.mistake(
                    path + ".jwt.user-name-claim",
                    "empty; allowed: the claim with the user name, such as sub");
        }
        if (binding.isWrong(path)) {
            return null;
        }
        return new Jwt(settings(algorithms), keys(keys, secret, url), listeners);
    }

    private void checkAlgorithms(List<String> algorithms) {
        String key = path + ".jwt.algorithms";
        if (binding.isWrong(key)) {
            return;
        }
        if (algorithms.isEmpty()) {
            binding.mistake(
                    path,
                    "its type is jwt, but jwt.algorithms is missing; allowed: those that the tokens are signed by, of "
                            + String.join(", ", ALGORITHMS));
        }
        for (String each : algorithms) {
            if (!ALGORITHMS.contains(each)) {
                binding.mistake(
                        key,
                        "given '%s'; allowed: %s".formatted(each, String.join(", ", ALGORITHMS)));
            }
        }
    }

    private void checkKeys(List<String> algorithms, List<String> keys, String secret, String url) {
        boolean wantsSecret = algorithms.stream().anyMatch(it -> it.startsWith("HS"));
        boolean wantsKeys = algorithms.stream().anyMatch(it -> !it.startsWith("HS"));
        boolean hasKeys = !keys.isEmpty() || !url.isEmpty();
        if (binding.isWrong(path)) {
            return;
        }
        if (wantsSecret == secret.isEmpty()) {
            binding.mistake(
                    path,
                    wantsSecret
                            ? "jwt.algorithms has one with a secret, but jwt.secret-file is missing"
                            : "jwt.secret-file is given, but jwt.algorithms has none with a secret; allowed: with HS256, HS384 or HS512");
        }
        if (wantsKeys != hasKeys) {
            binding.mistake(
                    path,
                    wantsKeys
                            ? "no keys of tokens; allowed: jwt.keys with files, or jwt.jwks-url"
                            : "public keys are given, but jwt.algorithms has none with a public key");
        }
        if (!url.isEmpty() && !(keys.isEmpty() && secret.isEmpty())) {
            binding.mistake(
                    path,
                    "jwt.jwks-url is given, and files as well; allowed: another entry of type jwt for these");
        }
        String fault = url.isEmpty() ? null : WebClient.fault(url);
        if (fault != null) {
            binding.mistake(
                    path + ".jwt.jwks-url",
                    "given '%s', %s; allowed: https://..., or http:// with a loopback address"
                            .formatted(WebClient.shown(url), fault));
        }
    }

    private TokenSettings settings(List<String> algorithms) {
        return new TokenSettings(
                Set.copyOf(algorithms),
                binding.get(JwtKeys.ISSUER, index),
                binding.get(JwtKeys.AUDIENCE, index),
                binding.get(JwtKeys.USER_NAME_CLAIM, index),
                binding.get(JwtKeys.CLIENT_IDENTIFIER_CLAIM, index),
                binding.get(JwtKeys.GROUPS_CLAIM, index),
                binding.get(JwtKeys.RULES_CLAIM, index),
                binding.get(JwtKeys.EXPIRY_REQUIRED, index),
                TimeUnit.NANOSECONDS.toMillis(binding.get(JwtKeys.CLOCK_SKEW, index)),
                limits(binding));
    }

    /// What may come with a client's identity.
    static TokenSettings.Limits limits(Binding binding) {
        return new TokenSettings.Limits(
                binding.count(AuthenticationLimitKeys.TOKEN_SIZE_MAX),
                binding.count(AuthenticationLimitKeys.GROUPS_MAX),
                binding.count(AuthenticationLimitKeys.TOPICS_MAX));
    }

    private KeyPlace keys(List<String> keys, String secret, String url) {
        String authorities = binding.get(JwtKeys.JWKS_CA, index);
        return url.isEmpty()
                ? new KeyPlace.Files(
                        keys.stream().map(Path::of).toList(),
                        secret.isEmpty() ? null : Path.of(secret))
                : new KeyPlace.Server(
                        URI.create(url),
                        authorities.isEmpty() ? null : Path.of(authorities),
                        binding.get(JwtKeys.JWKS_REFRESH, index),
                        binding.get(JwtKeys.JWKS_KEPT, index));
    }
}
