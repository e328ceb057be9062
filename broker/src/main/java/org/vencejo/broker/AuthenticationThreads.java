package org.vencejo.broker;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.Authenticator.Work;
import org.vencejo.broker.config.AuthenticationLimits;
import org.vencejo.broker.passwords.Guessers;
import org.vencejo.broker.passwords.NameKeys;
import org.vencejo.core.Authentication;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// Asks those who know who clients are, one after the other, each on the threads that fit its kind
/// of work; has guessers wait, and ends those who are banned. Thread-safe.
///
/// Whatever does not answer lets nobody in: a fault, a time-out, a full waiting list.
final class AuthenticationThreads implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AuthenticationThreads.class);

    /// How often the log says that somebody does not answer.
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final Authentication.Outcome UNAVAILABLE =
            new Authentication.Refused(ReasonCode.SERVER_UNAVAILABLE, Properties.NONE);
    private static final Authentication.Outcome BANNED =
            new Authentication.Refused(ReasonCode.BANNED, Properties.NONE);

    private final List<Authenticator> chain;
    private final AuthenticationLimits limits;
    private final Consumer<? super Event> events;
    private final Guessers guessers;

    /// What is short has threads and a queue of its own: it waits for no hash.
    private final ExecutorService verifying;

    private final ExecutorService computing;
    private final ThreadFactory waiting =
            Thread.ofVirtual().name("vencejo-authenticator-", 0).factory();
    private final Set<Thread> waitingThreads = ConcurrentHashMap.newKeySet();

    /// The places of each in the chain: one that is slow takes no place of another.
    private final List<Semaphore> waitingPlaces;

    private final ScheduledThreadPoolExecutor clock;

    private final AtomicLong right = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong computed = new AtomicLong();
    private final AtomicLong delayed = new AtomicLong();
    private final AtomicLong overdue = new AtomicLong();
    private final AtomicLong delaysNow = new AtomicLong();

    private final AtomicLong silenceLoggedNanos = new AtomicLong(System.nanoTime() - SILENCE_NANOS);

    /// Counts changes of who is known.
    private final AtomicLong changes = new AtomicLong();

    AuthenticationThreads(Authenticators authenticators, Consumer<? super Event> events) {
        this.chain = authenticators.chain();
        this.limits = authenticators.limits();
        this.events = events;
        this.guessers =
                new Guessers(
                        new Guessers.Limits(
                                limits.failuresMax(),
                                limits.forgivenNanos(),
                                limits.banNanos(),
                                limits.delayNanosMax(),
                                limits.trackedMax(),
                                limits.banLoopback(),
                                limits.banUsers()),
                        new NameKeys(new SecureRandom()));
        this.verifying = pool("vencejo-verification-");
        this.computing = pool("vencejo-authentication-");
        this.waitingPlaces =
                chain.stream().map(each -> new Semaphore(limits.concurrencyMax())).toList();
        this.clock =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("vencejo-delays").factory());
        clock.setRemoveOnCancelPolicy(true);
        clock.setKeepAliveTime(10, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
    }

    /// What was found out so far: attempts that were right and wrong, passwords that were hashed
    /// and tokens that were verified, attempts that had to wait first, those that found no room or
    /// no answer, addresses, and user names, that were banned and that are.
    record Counts(
            long right,
            long wrong,
            long computed,
            long delayed,
            long overdue,
            long bans,
            long banned,
            long userBans,
            long usersBanned) {}

    Counts counts() {
        Guessers.Counts banned = guessers.counts(System.nanoTime());
        return new Counts(
                right.get(),
                wrong.get(),
                computed.get(),
                delayed.get(),
                overdue.get(),
                banned.bans(),
                banned.banned(),
                banned.userBans(),
                banned.usersBanned());
    }

    /// Those who fail, and are banned for it.
    Guessers guessers() {
        return guessers;
    }

    /// Whether nothing is to be heard from an address now.
    boolean isBanned(InetAddress address) {
        return guessers.isBanned(address, System.nanoTime());
    }

    /// Others are known from now on than before. Who was let in on what was known then, and is not
    /// connected yet, is not let in; see [#current].
    void knownChanged() {
        changes.incrementAndGet();
    }

    /// The outcome if there is one at once, else null, and `later` hears it, with the number of
    /// changes that it knows of.
    Authentication.@Nullable Outcome ask(
            Connection connection,
            Authentication.Request request,
            BiConsumer<Authentication.Outcome, Long> later) {
        Attempt attempt =
                new Attempt(
                        connection,
                        (BrokerConnection) connection.peer(),
                        request,
                        changes.get(),
                        later);
        Authentication.Outcome outcome = attempt.begin();
        return outcome == null ? null : attempt.ended(outcome);
    }

    /// What an outcome that took a while is worth when it is used.
    Authentication.Outcome current(Authentication.Outcome outcome, long ofChanges) {
        return outcome instanceof Authentication.Accepted && changes.get() != ofChanges
                ? UNAVAILABLE
                : outcome;
    }

    /// An attempt of a client to say who it is. Confined to one thread after the other.
    private final class Attempt {
        private final Connection connection;
        private final BrokerConnection peer;
        private final Authentication.Request request;
        private final long ofChanges;
        private final BiConsumer<Authentication.Outcome, Long> later;

        /// Whether somebody may know it by its name.
        private final boolean believed;

        private int next;

        /// Whether it was seen how many attempts of its address failed.
        private boolean checked;

        /// Whether somebody had to ask others about it.
        private boolean awaited;

        Attempt(
                Connection connection,
                BrokerConnection peer,
                Authentication.Request request,
                long ofChanges,
                BiConsumer<Authentication.Outcome, Long> later) {
            this.connection = connection;
            this.peer = peer;
            this.request = request;
            this.ofChanges = ofChanges;
            this.later = later;
            this.believed = chain.stream().anyMatch(each -> each.isFor(peer));
        }

        Authentication.@Nullable Outcome begin() {
            return guesses() ? goOnInTime() : goOn();
        }

        /// Goes on, later if it has to wait for attempts before it that failed.
        private Authentication.@Nullable Outcome goOnInTime() {
            checked = true;
            long nanos = guessers.waitNanos(peer.address(), userName(), System.nanoTime());
            if (nanos == Guessers.BANNED) {
                return BANNED;
            }
            if (nanos == 0) {
                return goOn();
            }
            if (!guessers.beginWait(peer.address())) {
                return noRoom();
            }
            if (delaysNow.incrementAndGet() > limits.waitingMax()) {
                waitsNoMore();
                return noRoom();
            }
            delayed.incrementAndGet();
            return run(
                    () -> {
                        waitsNoMore();
                        proceed(isBanned() ? BANNED : goOn());
                    },
                    nanos);
        }

        // Others may have failed while it waited.
        private boolean isBanned() {
            return guessers.isBanned(peer.address(), userName(), System.nanoTime());
        }

        private void waitsNoMore() {
            delaysNow.decrementAndGet();
            guessers.endWait(peer.address());
        }

        /// Asks the next, and those behind it as long as they answer at once; null if one takes
        /// longer.
        private Authentication.@Nullable Outcome goOn() {
            while (next < chain.size()) {
                Authenticator asked = chain.get(next);
                Work work;
                try {
                    work = asked.work(peer, request);
                } catch (RuntimeException fault) {
                    return fault(fault);
                }
                switch (work) {
                    case NONE -> {
                        Authentication.Outcome outcome = answer(asked);
                        if (outcome != null) {
                            return outcome;
                        }
                        next++;
                    }
                    case VERIFIES, COMPUTES -> {
                        return compute(asked, work == Work.VERIFIES ? verifying : computing);
                    }
                    case WAITS -> {
                        // Who names nobody guesses nothing, and costs others as much.
                        return checked ? await(asked) : goOnInTime();
                    }
                }
            }
            return Authenticator.WRONG;
        }

        private Authentication.@Nullable Outcome compute(
                Authenticator asked, ExecutorService threads) {
            try {
                threads.execute(() -> {
                    if (peer.isGone()) {
                        Secrets.clear(request); // nobody waits for it, and it has learned nothing
                    } else if (checked && isBanned()) {
                        proceed(BANNED);
                    } else {
                        computed.incrementAndGet();
                        proceedAfter(answer(asked));
                    }
                });
                return null;
            } catch (RejectedExecutionException full) {
                return noRoom();
            }
        }

        private Authentication.@Nullable Outcome await(Authenticator asked) {
            Semaphore places = waitingPlaces.get(next);
            if (!places.tryAcquire()) {
                return noRoom();
            }
            awaited = true;
            // When it is too late the others are done, and this one may still read its secrets.
            Authentication.Request own = Secrets.copy(request);
            AtomicBoolean over = new AtomicBoolean();
            AtomicReference<@Nullable Future<?>> timer = new AtomicReference<>();
            Thread thread =
                    waiting.newThread(() -> {
                        Authentication.Outcome outcome;
                        try {
                            outcome = answer(asked, own);
                        } finally {
                            Secrets.clear(own);
                            waitingThreads.remove(Thread.currentThread());
                            places.release();
                            cancel(timer.get());
                        }
                        if (over.compareAndSet(false, true)) {
                            proceedAfter(outcome);
                        }
                    });
            Runnable tooLate =
                    () -> {
                        if (over.compareAndSet(false, true)) {
                            thread.interrupt();
                            proceed(silent(asked));
                        }
                    };
            try {
                timer.set(clock.schedule(tooLate, limits.timeoutNanos(), TimeUnit.NANOSECONDS));
            } catch (RejectedExecutionException stopped) {
                Secrets.clear(own);
                places.release();
                return UNAVAILABLE;
            }
            waitingThreads.add(thread);
            thread.start();
            if (over.get()) {
                thread.interrupt(); // before it began, that had no effect
            }
            return null;
        }

        private static void cancel(@Nullable Future<?> timer) {
            if (timer != null) {
                timer.cancel(false);
            }
        }

        private void proceedAfter(Authentication.@Nullable Outcome outcome) {
            if (outcome != null) {
                proceed(outcome);
            } else {
                next++;
                proceed(goOn());
            }
        }

        private void proceed(Authentication.@Nullable Outcome outcome) {
            if (outcome != null) {
                later.accept(ended(outcome), ofChanges);
            }
        }

        private Authentication.@Nullable Outcome answer(Authenticator asked) {
            return answer(asked, request);
        }

        private Authentication.@Nullable Outcome answer(
                Authenticator asked, Authentication.Request question) {
            try {
                Authentication.Outcome outcome = asked.authenticate(peer, question);
                if (outcome instanceof Authentication.Refused it
                        && it.reasonCode() == ReasonCode.SERVER_UNAVAILABLE) {
                    overdue.incrementAndGet();
                } else if (outcome instanceof Authentication.Refused it && asked.isBroken(it)) {
                    failed(null); // it has guessed at nobody
                }
                return outcome;
            } catch (RuntimeException fault) {
                return fault(fault);
            }
        }

        private Authentication.Outcome fault(Exception fault) {
            overdue.incrementAndGet();
            failed(null); // whoever finds such a hole is as slow at it as at guessing
            events.accept(new Event.Fault(connection, fault));
            return UNAVAILABLE;
        }

        private Authentication.Outcome silent(Authenticator asked) {
            overdue.incrementAndGet();
            long nanos = System.nanoTime();
            long before = silenceLoggedNanos.get();
            if (nanos - before >= SILENCE_NANOS
                    && silenceLoggedNanos.compareAndSet(before, nanos)) {
                log.warn(
                        "{} did not answer in {} ms; it lets nobody in until it does",
                        asked,
                        TimeUnit.NANOSECONDS.toMillis(limits.timeoutNanos()));
            }
            return UNAVAILABLE;
        }

        private Authentication.Outcome noRoom() {
            overdue.incrementAndGet();
            return UNAVAILABLE;
        }

        private Authentication.@Nullable Outcome run(Runnable task, long nanos) {
            try {
                var _ = clock.schedule(task, nanos, TimeUnit.NANOSECONDS);
                return null;
            } catch (RejectedExecutionException stopped) {
                return UNAVAILABLE;
            }
        }

        /// Draws the consequences of an outcome, and returns it.
        Authentication.Outcome ended(Authentication.Outcome outcome) {
            if (outcome instanceof Authentication.Accepted accepted && guesses()) {
                right.incrementAndGet();
                String known = accepted.identity().userName(); // not always who it said in CONNECT
                guessers.succeeded(peer.address(), known, userName(), System.nanoTime());
            } else if (outcome instanceof Authentication.Refused it) {
                if (it.reasonCode() == ReasonCode.BAD_USER_NAME_OR_PASSWORD) {
                    wrong.incrementAndGet();
                    failed(userName());
                } else if (awaited && !guesses() && !isOurs(it.reasonCode()) && isAnywhere()) {
                    failed(null);
                }
            }
            Secrets.clear(request);
            return outcome;
        }

        // The processes of this machine have one address, and who may connect was chosen.
        private boolean isAnywhere() {
            return peer.clientProcess() == null;
        }

        private void failed(@Nullable String user) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(limits.banNanos());
            for (Guessers.Ban ban : guessers.failed(peer.address(), user, System.nanoTime())) {
                events.accept(
                        switch (ban.kind()) {
                            case ADDRESS ->
                                    new Event.AddressBanned(ban.name(), seconds, ban.failures());
                            case USER -> new Event.UserBanned(ban.name(), seconds, ban.failures());
                        });
            }
        }

        /// Whether it is no fault of the client that it is refused with that, or is known already.
        private static boolean isOurs(ReasonCode reasonCode) {
            return reasonCode == ReasonCode.SERVER_UNAVAILABLE || reasonCode == ReasonCode.BANNED;
        }

        /// Whether it gives something that it may have guessed.
        private boolean guesses() {
            return believed
                    && (userName() != null
                            || Secrets.passwordOf(request) != null
                            || request instanceof Authentication.Step);
        }

        /// The user that it says it is; null where it is not believed.
        private @Nullable String userName() {
            return believed ? GivenName.in(request) : null;
        }
    }

    @Override
    public void close() {
        verifying.shutdownNow();
        computing.shutdownNow();
        waitingThreads.forEach(Thread::interrupt);
        clock.shutdownNow();
    }

    private ExecutorService pool(String name) {
        var pool =
                new ThreadPoolExecutor(
                        limits.threads(),
                        limits.threads(),
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(limits.waitingMax()),
                        Thread.ofPlatform().daemon().name(name, 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
