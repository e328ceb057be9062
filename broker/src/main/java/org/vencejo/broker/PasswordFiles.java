package org.vencejo.broker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.config.AuthenticationConfig;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.broker.config.Mistake;
import org.vencejo.broker.passwords.KnownPasswords;
import org.vencejo.broker.passwords.NameKeys;
import org.vencejo.broker.passwords.PasswordFile;
import org.vencejo.transport.FileStamp;

/// The password files of a broker, which are read again when they change. Thread-safe.
///
/// A change is looked for by time stamp, as no other way sees what is exchanged behind a link, and
/// it is taken up when it has been the same twice: who writes slowly is not read halfway. A file
/// with mistakes changes nothing.
final class PasswordFiles implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PasswordFiles.class);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long hashBytesMax;
    private final List<Watched> files;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task ->
                    Thread.ofPlatform().name("vencejo-password-files").daemon().unstarted(task));

    private Consumer<Set<String>> gone = names -> {};

    /// A file, who answers from it, and when it was read and seen last.
    private static final class Watched {
        private final Path path;
        private final PasswordAuthenticator authenticator;
        private @Nullable FileStamp read;
        private @Nullable FileStamp seen;

        Watched(Path path, PasswordAuthenticator authenticator, @Nullable FileStamp read) {
            this.path = path;
            this.authenticator = authenticator;
            this.read = read;
            this.seen = read;
        }
    }

    private PasswordFiles(long hashBytesMax, List<Watched> files) {
        this.hashBytesMax = hashBytesMax;
        this.files = List.copyOf(files);
    }

    /// Reads them all, or throws [ConfigurationException] with every mistake in them.
    static PasswordFiles open(
            List<AuthenticationConfig.PasswordFile> configured,
            AuthenticationLimits limits,
            NameKeys keys) {
        List<Watched> files = new ArrayList<>();
        List<Mistake> mistakes = new ArrayList<>();
        for (AuthenticationConfig.PasswordFile each : configured) {
            FileStamp stamp = FileStamp.of(each.file());
            PasswordFile file = PasswordFile.read(each.file(), limits.memoryBytesMax(), mistakes);
            KnownPasswords known =
                    new KnownPasswords(keys, limits.rememberedMax(), limits.rememberedNanos());
            files.add(
                    new Watched(
                            each.file(),
                            new PasswordAuthenticator(file, each.listeners(), known),
                            stamp));
        }
        if (!mistakes.isEmpty()) {
            throw new ConfigurationException(mistakes);
        }
        return new PasswordFiles(limits.memoryBytesMax(), files);
    }

    /// Those who answer from them, in their order.
    List<PasswordAuthenticator> authenticators() {
        return files.stream().map(it -> it.authenticator).toList();
    }

    /// Begins to look for changes; `heard` is told which users are gone or have another password.
    synchronized void start(Consumer<Set<String>> heard) {
        gone = heard;
        for (Watched each : files) {
            warn(each.path, each.authenticator.file());
        }
        if (!files.isEmpty()) {
            var _ =
                    thread.scheduleWithFixedDelay(
                            this::look, LOOK_NANOS, LOOK_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    /// Reads all of them now.
    synchronized void readAgain() {
        for (Watched each : files) {
            read(each, FileStamp.of(each.path));
        }
    }

    /// Reads those that have changed and stand still.
    synchronized void look() {
        for (Watched each : files) {
            try {
                look(each);
            } catch (RuntimeException fault) {
                // It must not end the watch.
                log.error("{} could not be looked at; please report it", each.path, fault);
            }
        }
    }

    private void look(Watched each) {
        FileStamp now = FileStamp.of(each.path);
        boolean isStill = Objects.equals(now, each.seen);
        each.seen = now;
        if (isStill && !Objects.equals(now, each.read)) {
            read(each, now);
        }
    }

    private void read(Watched each, @Nullable FileStamp stamp) {
        each.read = stamp;
        List<Mistake> mistakes = new ArrayList<>();
        PasswordFile newer = PasswordFile.read(each.path, hashBytesMax, mistakes);
        if (!mistakes.isEmpty()) {
            mistakes.forEach(mistake -> log.error("{}", mistake));
            log.error("{} has mistakes; its users stay as they were", each.path);
            return;
        }
        PasswordFile older = each.authenticator.file();
        Set<String> changed = older.goneIn(newer);
        each.authenticator.file(newer);
        log.info(
                "{} was read: {} users; {} are gone or have another password",
                each.path,
                newer.size(),
                changed.size());
        warn(each.path, newer);
        if (!changed.isEmpty()) {
            gone.accept(changed);
        }
    }

    private static void warn(Path path, PasswordFile file) {
        if (file.size() == 0) {
            log.warn("{} holds no user", path);
        }
        FileModes.warn(path);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
