package org.vencejo.core;

import java.util.ArrayDeque;

/// How far the journal is behind: what was appended and is not durable yet, counted and weighed,
/// and whether it goes on at all.
///
/// Part of the core: touched only by whoever runs it.
final class Backlog {
    /// About what a mutation takes beside a message.
    private static final int MUTATION_BYTES = 128;

    /// Bytes are known to within this.
    private static final int STEP_BYTES = 16 << 10;

    /// Up to mutation `number`, `bytes` had been appended.
    private record Step(long number, long bytes) {}

    private final ArrayDeque<Step> steps = new ArrayDeque<>();
    private long appended;
    private long appendedBytes;
    private long steppedBytes;
    private long durable;
    private long durableBytes;
    private boolean unavailable;
    private boolean writes = true;

    /// Counts a mutation; returns its number.
    long append(Mutation mutation) {
        appended++;
        appendedBytes += MUTATION_BYTES + messageBytes(mutation);
        if (appendedBytes - steppedBytes >= STEP_BYTES) {
            steppedBytes = appendedBytes;
            steps.add(new Step(appended, appendedBytes));
        }
        return appended;
    }

    private static long messageBytes(Mutation mutation) {
        return switch (mutation) {
            case Mutation.Enqueued it -> it.message().bytes();
            case Mutation.RetainedSet it -> it.message().bytes();
            default -> 0;
        };
    }

    /// The journal is durable up to this number.
    void durable(long upTo) {
        if (upTo > appended || upTo < durable) {
            throw new IllegalStateException("durable up to " + upTo + " of " + appended);
        }
        durable = upTo;
        for (Step step = steps.peek(); step != null && step.number <= upTo; step = steps.peek()) {
            durableBytes = step.bytes;
            steps.remove();
        }
    }

    /// Whether what is not durable yet weighs at least so much.
    boolean isAtLeast(long bytes) {
        return steppedBytes - durableBytes >= bytes;
    }

    void unavailable(boolean is, boolean stillWrites) {
        unavailable = is;
        writes = stillWrites;
    }

    /// Whether what is appended becomes durable, be there room for more or not.
    boolean writes() {
        return writes;
    }

    /// Whether nothing new is kept for the time being, so that nothing that would have to be is
    /// taken over.
    boolean isUnavailable() {
        return unavailable;
    }

    /// The number of the last mutation.
    long appended() {
        return appended;
    }

    /// The number up to which mutations are durable.
    long durable() {
        return durable;
    }
}
