package org.vencejo.broker;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.config.AuthenticationConfig;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.broker.config.Mistake;
import org.vencejo.broker.config.Place;
import org.vencejo.broker.identity.IdentityService;
import org.vencejo.broker.identity.LdapDirectory;
import org.vencejo.broker.identity.Tokens;
import org.vencejo.broker.identity.UserNames;
import org.vencejo.broker.passwords.NameKeys;

/// All that a broker knows clients from, as its configuration lists it. Thread-safe.
final class IdentitySources implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IdentitySources.class);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AuthenticationConfig config;
    private final PasswordFiles passwords;
    private final List<Tokens> tokens;
    private final List<LdapDirectory> directories;
    private final List<IdentityService> services;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task ->
                    Thread.ofPlatform().name("vencejo-identities").daemon().unstarted(task));

    private IdentitySources(
            AuthenticationConfig config,
            PasswordFiles passwords,
            List<Tokens> tokens,
            List<LdapDirectory> directories,
            List<IdentityService> services) {
        this.config = config;
        this.passwords = passwords;
        this.tokens = List.copyOf(tokens);
        this.directories = List.copyOf(directories);
        this.services = List.copyOf(services);
    }

    /// Reads every file, or throws [ConfigurationException] with all mistakes in them.
    static IdentitySources open(AuthenticationConfig config) {
        NameKeys keys = new NameKeys(new SecureRandom());
        List<Mistake> mistakes = new ArrayList<>();
        PasswordFiles passwords = null;
        try {
            passwords = PasswordFiles.open(passwordFiles(config), config.limits(), keys);
        } catch (ConfigurationException e) {
            mistakes.addAll(e.mistakes());
        }
        BiConsumer<Path, String> tell =
                (file, detail) ->
                        mistakes.add(new Mistake(Place.ofFile(file.toString()), "", detail));
        long timeoutNanos = config.limits().timeoutNanos();
        List<Tokens> tokens = new ArrayList<>();
        List<LdapDirectory> directories = new ArrayList<>();
        List<IdentityService> services = new ArrayList<>();
        for (AuthenticationConfig.Entry entry : config.entries()) {
            switch (entry) {
                case AuthenticationConfig.Jwt it ->
                        tokens.add(Tokens.open(it.settings(), it.keys(), timeoutNanos, tell));
                case AuthenticationConfig.Ldap it ->
                        directories.add(
                                LdapDirectory.open(
                                        it.settings(),
                                        timeoutNanos,
                                        config.limits().concurrencyMax(),
                                        tell));
                case AuthenticationConfig.Http it ->
                        services.add(
                                IdentityService.open(
                                        it.settings(), timeoutNanos, keys, System::nanoTime, tell));
                default -> {}
            }
        }
        if (passwords == null || !mistakes.isEmpty()) {
            tokens.forEach(Tokens::close);
            directories.forEach(LdapDirectory::close);
            services.forEach(IdentityService::close);
            throw new ConfigurationException(mistakes);
        }
        return new IdentitySources(config, passwords, tokens, directories, services);
    }

    private static List<AuthenticationConfig.PasswordFile> passwordFiles(
            AuthenticationConfig config) {
        return config.entries().stream()
                .filter(AuthenticationConfig.PasswordFile.class::isInstance)
                .map(AuthenticationConfig.PasswordFile.class::cast)
                .toList();
    }

    /// Those who answer, in the order in which they are asked. `secret` is asked for if there are
    /// names of which strangers are told the same each time, also after a restart.
    Authenticators authenticators(Supplier<byte[]> secret) {
        NameKeys strangers =
                passwords.authenticators().isEmpty()
                        ? new NameKeys(new SecureRandom())
                        : new NameKeys(secret.get());
        return new Authenticators(chain(strangers), config.limits());
    }

    private List<Authenticator> chain(NameKeys strangers) {
        Iterator<PasswordAuthenticator> files = passwords.authenticators().iterator();
        Iterator<Tokens> signers = tokens.iterator();
        Iterator<LdapDirectory> directory = directories.iterator();
        Iterator<IdentityService> asked = services.iterator();
        List<Authenticator> chain = new ArrayList<>();
        for (AuthenticationConfig.Entry entry : config.entries()) {
            Authenticator next =
                    switch (entry) {
                        case AuthenticationConfig.PasswordFile _ -> files.next();
                        case AuthenticationConfig.UnixPeer it ->
                                new UnixPeerAuthenticator(it.userName(), UserNames.OF_MACHINE);
                        case AuthenticationConfig.Certificate it ->
                                new CertificateAuthenticator(it, System::currentTimeMillis);
                        case AuthenticationConfig.Jwt _ ->
                                new TokenAuthenticator(
                                        signers.next().verifier(),
                                        signers.hasNext(),
                                        System::currentTimeMillis);
                        case AuthenticationConfig.Ldap _ -> new LdapAuthenticator(directory.next());
                        case AuthenticationConfig.Http _ ->
                                new ServiceAuthenticator(asked.next(), System::currentTimeMillis);
                    };
            chain.add(
                    next instanceof PasswordAuthenticator
                            ? next
                            : new AtListeners(next, entry.listeners()));
            if (entry instanceof AuthenticationConfig.PasswordFile && !files.hasNext()) {
                // In its turn: who is known otherwise before that proves no password.
                chain.add(
                        new ScramAuthenticator(
                                passwords.authenticators(), strangers, new SecureRandom()));
            }
        }
        if (chain.isEmpty()) {
            chain.add(Authenticator.ANONYMOUS);
        } else {
            chain.add(new Strangers(config, passwords.authenticators(), strangers));
        }
        if (!config.clientIdentifiers().isEmpty()) {
            chain.replaceAll(each -> new ByClientIdentifier(each, config.clientIdentifiers()));
        }
        return chain;
    }

    /// Begins to look for changes; `gone` is told which users are gone or have another password.
    void start(Consumer<Set<String>> gone) {
        passwords.start(gone);
        if (!(tokens.isEmpty() && directories.isEmpty() && services.isEmpty())) {
            var _ = thread.scheduleWithFixedDelay(this::look, 0, LOOK_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    private void look() {
        try {
            tokens.forEach(Tokens::look);
            directories.forEach(LdapDirectory::look);
            services.forEach(IdentityService::look);
        } catch (RuntimeException fault) { // an exception would end the looking
            log.error("keys and secrets could not be looked at; please report it", fault);
        }
    }

    /// Reads all files now.
    void readAgain() {
        passwords.readAgain();
        tokens.forEach(Tokens::readAgain);
        directories.forEach(LdapDirectory::readAgain);
        services.forEach(IdentityService::readAgain);
    }

    @Override
    public void close() {
        passwords.close();
        thread.shutdownNow();
        tokens.forEach(Tokens::close);
        directories.forEach(LdapDirectory::close);
        services.forEach(IdentityService::close);
    }
}
