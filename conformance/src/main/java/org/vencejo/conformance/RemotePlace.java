package org.vencejo.conformance;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Somebody's server, reached over TCP, with nothing but what the standards promise. Thread-safe.
///
/// It is neither ours to set up nor to restart, and its time is everybody's. Each playing has names
/// of its own, taken at random for each run, and throws away at its end the sessions and retained
/// messages that it made under them.
public final class RemotePlace implements Place {
    private static final String DIGITS =
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int NAME_LENGTH = 4;
    private static final int NAMES = (int) Math.pow(DIGITS.length(), NAME_LENGTH);

    private final InetSocketAddress server;
    private final int waitMillisMax;
    private final Optional<Credentials> credentials;
    private final AtomicInteger names = new AtomicInteger(ThreadLocalRandom.current().nextInt());

    /// `wait` bounds the time until each expected packet; with `credentials` every well-formed
    /// CONNECT carries them, in place of what the scenario gives.
    public RemotePlace(InetSocketAddress server, Duration wait, Optional<Credentials> credentials) {
        this.server = server;
        this.waitMillisMax = (int) wait.toMillis();
        this.credentials = credentials;
    }

    @Override
    public String name() {
        return "at " + server.getHostString() + " port " + server.getPort();
    }

    @Override
    public Set<Ability> abilities() {
        return EnumSet.noneOf(Ability.class);
    }

    @Override
    public Wire wire(Setup setup) {
        return new RemoteWire(nextName());
    }

    // Case matters in topics and identifiers, so that there are fourteen million names; one run
    // takes neighbours.
    private String nextName() {
        int rest = Math.floorMod(names.getAndIncrement(), NAMES);
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < NAME_LENGTH; i++) {
            name.append(DIGITS.charAt(rest % DIGITS.length()));
            rest /= DIGITS.length();
        }
        return name.toString();
    }

    private final class RemoteWire implements Wire {
        private final String unique;
        private final Traces traces = new Traces(credentials);
        private final List<RemoteLine> lines = new ArrayList<>();

        RemoteWire(String unique) {
            this.unique = unique;
        }

        @Override
        public Line open() {
            RemoteLine line =
                    new RemoteLine(
                            connect(), unique, credentials, traces, waitMillisMax * 1_000_000L);
            lines.add(line);
            return line;
        }

        private SocketLine connect() {
            return new SocketLine(server, waitMillisMax);
        }

        @Override
        public String unique() {
            return unique;
        }

        @Override
        public void close() {
            lines.forEach(RemoteLine::reset);
            traces.wipe(this::connect, unique);
        }
    }
}
