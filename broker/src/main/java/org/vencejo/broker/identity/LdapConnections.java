package org.vencejo.broker.identity;

import com.unboundid.ldap.sdk.BindRequest;
import com.unboundid.ldap.sdk.FailoverServerSet;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.PostConnectProcessor;
import com.unboundid.ldap.sdk.ServerSet;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.SingleServerSet;
import com.unboundid.ldap.sdk.StartTLSPostConnectProcessor;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections that we have with a directory, made when they are needed, by our password and
/// its authorities as their files are. Thread-safe.
final class LdapConnections implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LdapConnections.class);

    private static final int LDAP_PORT = 389;
    private static final int LDAPS_PORT = 636;

    /// What an answer of the directory may have; a group may have many members, which are not asked
    /// for.
    private static final int MESSAGE_BYTES_MAX = 1 << 20;

    private final LdapSettings settings;
    private final long timeoutNanos;
    private final int connectionsMax;
    private final WatchedFiles watched;

    private volatile LDAPConnectionPool pool;
    private boolean closed;

    /// None yet, and at most `connectionsMax` later; `mistakes` hears what is wrong with the files.
    LdapConnections(
            LdapSettings settings,
            long timeoutNanos,
            int connectionsMax,
            BiConsumer<Path, String> mistakes) {
        this.settings = settings;
        this.timeoutNanos = timeoutNanos;
        this.connectionsMax = connectionsMax;
        this.watched = WatchedFiles.of(settings.authorities(), settings.bindPasswordFile());
        watched.reading();
        this.pool = pool(settings, timeoutNanos, connectionsMax, mistakes);
    }

    /// Those that are made from now on; who has one of them gives it back to the same.
    LDAPConnectionPool pool() {
        return pool;
    }

    /// Reads files again that have changed and stand still. Called every second.
    synchronized void look() {
        if (watched.haveChanged()) {
            readAgain();
        }
    }

    /// Reads our password and the authorities of the directory now, if they are in files; if one is
    /// wrong, what was read before holds.
    synchronized void readAgain() {
        if (closed || watched.isEmpty()) {
            return;
        }
        watched.reading();
        List<String> wrong = new ArrayList<>();
        LDAPConnectionPool newer =
                pool(
                        settings,
                        timeoutNanos,
                        connectionsMax,
                        (file, detail) -> wrong.add(file + ": " + detail));
        if (!wrong.isEmpty()) {
            newer.close();
            wrong.forEach(each -> log.error("{}; what was read before stays in force", each));
            return;
        }
        LDAPConnectionPool older = pool;
        pool = newer;
        older.close(); // who has a connection of it ends its question
        log.info("{} were read for the directory {}", watched, settings.servers());
    }

    private static LDAPConnectionPool pool(
            LdapSettings settings,
            long timeoutNanos,
            int connectionsMax,
            BiConsumer<Path, String> mistakes) {
        SSLContext trust = trust(settings.authorities(), mistakes);
        int millis = Math.clamp(TimeUnit.NANOSECONDS.toMillis(timeoutNanos), 1, Integer.MAX_VALUE);
        List<ServerSet> servers = new ArrayList<>();
        for (URI each : settings.servers()) {
            LDAPConnectionOptions options = new LDAPConnectionOptions();
            options.setConnectTimeoutMillis(millis);
            options.setResponseTimeoutMillis(millis);
            options.setMaxMessageSize(MESSAGE_BYTES_MAX);
            options.setFollowReferrals(false); // who is asked is written in the configuration
            options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
            boolean isTls = "ldaps".equals(each.getScheme());
            int port = each.getPort() > 0 ? each.getPort() : isTls ? LDAPS_PORT : LDAP_PORT;
            servers.add(
                    isTls
                            ? new SingleServerSet(
                                    each.getHost(), port, trust.getSocketFactory(), options)
                            : new SingleServerSet(each.getHost(), port, options));
        }
        PostConnectProcessor upgrade =
                settings.startTls() ? new StartTLSPostConnectProcessor(trust) : null;
        try {
            // With no connection to begin with, it asks nobody yet.
            LDAPConnectionPool pool =
                    new LDAPConnectionPool(
                            new FailoverServerSet(servers),
                            searcher(settings, mistakes),
                            0,
                            connectionsMax,
                            upgrade,
                            false);
            pool.setCreateIfNecessary(false);
            pool.setMaxWaitTimeMillis(millis);
            // A connection that the directory has closed meanwhile is no trouble of the directory.
            pool.setRetryFailedOperationsDueToInvalidConnections(true);
            return pool;
        } catch (LDAPException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static SSLContext trust(@Nullable Path authorities, BiConsumer<Path, String> mistakes) {
        try {
            if (authorities != null) {
                return WebClient.trusting(authorities);
            }
        } catch (IOException e) {
            mistakes.accept(authorities, WebClient.noAuthority(authorities, e));
        }
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has a default", e);
        }
    }

    private static @Nullable BindRequest searcher(
            LdapSettings settings, BiConsumer<Path, String> mistakes) {
        if (settings.bindDn().isEmpty()) {
            return null;
        }
        byte[] password = new byte[0];
        Path file = settings.bindPasswordFile();
        if (file != null) {
            try {
                byte[] all = Files.readAllBytes(file);
                int end = 0;
                while (end < all.length && all[end] != '\n' && all[end] != '\r') {
                    end++;
                }
                password = Arrays.copyOf(all, end);
                Arrays.fill(all, (byte) 0);
                if (end == 0) {
                    mistakes.accept(file, "its first line, the password, is empty");
                }
            } catch (IOException e) {
                mistakes.accept(
                        file,
                        Files.exists(file) ? "this file may not be read" : "there is no such file");
            }
        }
        return new SimpleBindRequest(settings.bindDn(), password);
    }

    @Override
    public synchronized void close() {
        closed = true;
        pool.close();
    }
}
