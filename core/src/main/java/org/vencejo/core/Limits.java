package org.vencejo.core;

import org.vencejo.protocol.DecoderLimits;

/// Every limit of the server, in one place. Immutable.
///
/// What happens at each limit is in `docs/limits.md`; [Statistics] counts each. Sizes are bytes,
/// times nanoseconds unless the name ends otherwise.
public record Limits(
        int connectionsMax,
        long connectTimeoutNanos,
        int packetSizeMax,
        int connectSizeMax,
        int pendingBytesMax,
        int topicLevelsMax,
        int topicFiltersMax,
        int receiveMaximum,
        int windowMax,
        int topicAliasMaximum,
        int topicAliasesSentMax,
        int subscriptionsMax,
        long subscriptionsBytesMax,
        long sessionsBytesMax,
        int userPropertiesMax,
        int userPropertiesBytesMax,
        int clientIdentifierBytesMax,
        long queuedMessagesMax,
        long queuedBytesMax,
        long queuedBytesInAllMax,
        long storedQueuedMessagesMax,
        long storedQueuedBytesMax,
        int queueReadMessagesMax,
        int queueReadBytesMax,
        long undurableBytesMax,
        int outBufferHighBytes,
        int outBufferLowBytes,
        long partialPacketsBytesMax,
        long buffersBytesMax,
        int retainedMessagesMax,
        long retainedBytesMax,
        long sessionExpiryIntervalMaxSeconds,
        int keepAliveMaxSeconds,
        int routesCachedMax,
        int sliceMax,
        Admission admission,
        Rates rates,
        MemoryMarks memoryMarks) {

    /// The Session Expiry Interval that means never.
    public static final long NEVER_SECONDS = 0xFFFF_FFFFL;

    /// The defaults of `docs/limits.md`; those that hang on the machine's memory and descriptors
    /// are set by the broker.
    public static final Limits DEFAULTS =
            new Limits(
                    100_000,
                    10_000_000_000L,
                    16 << 20,
                    512 << 10,
                    64 << 10,
                    128,
                    20_000,
                    1_000,
                    1_000,
                    64,
                    64,
                    20_000,
                    16L << 20,
                    256L << 20,
                    1_000,
                    256 << 10,
                    65_535,
                    100_000,
                    64L << 20,
                    512L << 20,
                    1_000_000,
                    1L << 30,
                    256,
                    256 << 10,
                    64L << 20,
                    1 << 20,
                    256 << 10,
                    128L << 20,
                    512L << 20,
                    1_000_000,
                    256L << 20,
                    NEVER_SECONDS,
                    0,
                    100_000,
                    256,
                    Admission.DEFAULTS,
                    Rates.NONE,
                    MemoryMarks.DEFAULTS);

    /// Those of them that hold while packets are read.
    public DecoderLimits ofDecoder() {
        return new DecoderLimits(
                packetSizeMax,
                connectSizeMax,
                topicLevelsMax,
                userPropertiesMax,
                userPropertiesBytesMax,
                topicFiltersMax);
    }

    /// What a client sends and is sent in a second; 0 is as much as there is.
    public record Rates(
            long messagesInPerSecond,
            long bytesInPerSecond,
            long messagesOutPerSecond,
            long bytesOutPerSecond) {
        public static final Rates NONE = new Rates(0, 0, 0, 0);

        /// Whether clients are held to a rate in what they send.
        public boolean limitsIn() {
            return messagesInPerSecond > 0 || bytesInPerSecond > 0;
        }

        boolean limitsOut() {
            return messagesOutPerSecond > 0 || bytesOutPerSecond > 0;
        }
    }

    /// From which percentage of the memory in use on nobody new is let in, the loudest are not read
    /// from, and QoS 0 is dropped; and how many bytes all of it is.
    public record MemoryMarks(
            int acceptingPercent, int readingPercent, int qos0Percent, long memoryBytes) {
        /// So much that nothing happens.
        public static final MemoryMarks DEFAULTS = new MemoryMarks(90, 94, 97, 1L << 60);
    }

    /// Whom the server lets in: connections from an address, new ones in a second in all and from
    /// an address (0: as many as come), those at a time whose client is not known yet, addresses
    /// that are remembered without a connection, and whether those of this machine are limited too.
    public record Admission(
            int perAddressMax,
            int ratePerSecond,
            int perAddressRatePerSecond,
            int connectingMax,
            int addressesTrackedMax,
            boolean loopbackLimited) {
        public static final Admission DEFAULTS =
                new Admission(50_000, 5_000, 500, 10_000, 10_000, false);
    }
}
