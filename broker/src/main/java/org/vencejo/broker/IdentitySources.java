package org.vencejo.broker;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.vencejo.broker.config.AuthenticationConfig;
import org.vencejo.broker.passwords.NameKeys;

/// All that a broker knows clients from, as its configuration lists it. Thread-safe.
final class IdentitySources implements AutoCloseable {
    private final PasswordFiles passwords;
    private final Authenticators authenticators;

    private IdentitySources(PasswordFiles passwords, Authenticators authenticators) {
        this.passwords = passwords;
        this.authenticators = authenticators;
    }

    /// Reads every file, or throws [org.vencejo.broker.config.ConfigurationException] with all
    /// mistakes in them.
    static IdentitySources open(AuthenticationConfig config) {
        SecureRandom random = new SecureRandom();
        NameKeys keys = new NameKeys(random);
        PasswordFiles passwords =
                PasswordFiles.open(
                        config.entries().stream()
                                .filter(AuthenticationConfig.PasswordFile.class::isInstance)
                                .map(AuthenticationConfig.PasswordFile.class::cast)
                                .toList(),
                        config.limits(),
                        keys);
        Iterator<PasswordAuthenticator> files = passwords.authenticators().iterator();
        List<Authenticator> chain = new ArrayList<>();
        for (AuthenticationConfig.Entry entry : config.entries()) {
            chain.add(
                    switch (entry) {
                        case AuthenticationConfig.PasswordFile _ -> files.next();
                        case AuthenticationConfig.Certificate it ->
                                new AtListeners(
                                        new CertificateAuthenticator(it, System::currentTimeMillis),
                                        it.listeners());
                    });
        }
        if (chain.isEmpty()) {
            chain.add(Authenticator.ANONYMOUS);
        } else {
            chain.add(new ScramAuthenticator(passwords.authenticators(), random));
            chain.add(new Strangers(config, passwords.authenticators(), keys));
        }
        return new IdentitySources(passwords, new Authenticators(chain, config.limits()));
    }

    /// Those who answer, in the order in which they are asked.
    Authenticators authenticators() {
        return authenticators;
    }

    /// Begins to look for changes; `gone` is told which users are gone or have another password.
    void start(Consumer<Set<String>> gone) {
        passwords.start(gone);
    }

    /// Reads all files now.
    void readAgain() {
        passwords.readAgain();
    }

    @Override
    public void close() {
        passwords.close();
    }
}
