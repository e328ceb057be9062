package org.vencejo.testing.simulation;

import org.vencejo.core.Limits;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.ServerSettings.QueueFullPolicy;

/// Settings of a server that begin as the defaults; a simulation makes limits small, to reach them.
///
/// Confined to one thread.
public final class Tuned {
    private int receiveMaximum = Limits.DEFAULTS.receiveMaximum();
    private int windowMax = Limits.DEFAULTS.windowMax();
    private int topicAliasesSentMax = Limits.DEFAULTS.topicAliasesSentMax();
    private long queuedMessagesMax = Limits.DEFAULTS.queuedMessagesMax();
    private long queuedBytesMax = Limits.DEFAULTS.queuedBytesMax();
    private int outBufferHighBytes = Limits.DEFAULTS.outBufferHighBytes();
    private int outBufferLowBytes = Limits.DEFAULTS.outBufferLowBytes();
    private int routesCachedMax = Limits.DEFAULTS.routesCachedMax();
    private int sliceMax = Limits.DEFAULTS.sliceMax();
    private long sessionExpiryIntervalMaxSeconds =
            Limits.DEFAULTS.sessionExpiryIntervalMaxSeconds();
    private QueueFullPolicy queueFullPolicy = QueueFullPolicy.DROP_OLDEST;
    private long retrySeconds31 = 20;
    private long retrySeconds311;
    private int queueReadMessagesMax;

    public Tuned receiveMaximum(int most) {
        receiveMaximum = most;
        return this;
    }

    public Tuned window(int most) {
        windowMax = most;
        return this;
    }

    public Tuned aliasesSent(int most) {
        topicAliasesSentMax = most;
        return this;
    }

    public Tuned queue(long messages, QueueFullPolicy policy) {
        queuedMessagesMax = messages;
        queueFullPolicy = policy;
        return this;
    }

    public Tuned queueBytes(long bytes) {
        queuedBytesMax = bytes;
        return this;
    }

    /// Queues of kept sessions are on disk, and read in parts of so many messages.
    public Tuned queuesOnDisk(int messagesRead) {
        queueReadMessagesMax = messagesRead;
        return this;
    }

    public Tuned outBuffer(int highBytes, int lowBytes) {
        outBufferHighBytes = highBytes;
        outBufferLowBytes = lowBytes;
        return this;
    }

    public Tuned routesCached(int most) {
        routesCachedMax = most;
        return this;
    }

    public Tuned slice(int most) {
        sliceMax = most;
        return this;
    }

    public Tuned sessionExpiry(long seconds) {
        sessionExpiryIntervalMaxSeconds = seconds;
        return this;
    }

    public Tuned retry(long seconds31, long seconds311) {
        retrySeconds31 = seconds31;
        retrySeconds311 = seconds311;
        return this;
    }

    public ServerSettings settings() {
        ServerSettings of = ServerSettings.DEFAULTS;
        return new ServerSettings(
                limits(),
                queueReadMessagesMax > 0,
                of.maximumQoS(),
                of.retainAvailable(),
                of.wildcardSubscriptionAvailable(),
                of.sharedSubscriptionAvailable(),
                of.sharedSubscriptionFor311(),
                of.strictClientIdentifierFor31(),
                of.payloadFormatChecked(),
                of.noMatchingSubscribersReported(),
                of.qos0QueuedForOffline(),
                of.deniedPublishClosesFor3(),
                of.deniedSubscribeClosesFor31(),
                of.subscriptionsCheckedAtResume(),
                queueFullPolicy,
                retrySeconds31 * 1_000_000_000L,
                retrySeconds311 * 1_000_000_000L,
                of.responseInformation());
    }

    private Limits limits() {
        Limits of = Limits.DEFAULTS;
        return new Limits(
                of.connectionsMax(),
                of.connectTimeoutNanos(),
                of.packetSizeMax(),
                of.connectSizeMax(),
                of.pendingBytesMax(),
                of.topicLevelsMax(),
                of.topicFiltersMax(),
                receiveMaximum,
                windowMax,
                of.topicAliasMaximum(),
                topicAliasesSentMax,
                of.subscriptionsMax(),
                of.subscriptionsBytesMax(),
                of.sessionsBytesMax(),
                of.userPropertiesMax(),
                of.userPropertiesBytesMax(),
                of.clientIdentifierBytesMax(),
                queuedMessagesMax,
                queuedBytesMax,
                of.queuedBytesInAllMax(),
                queuedMessagesMax,
                queuedBytesMax,
                Math.max(1, queueReadMessagesMax),
                of.queueReadBytesMax(),
                of.undurableBytesMax(),
                outBufferHighBytes,
                outBufferLowBytes,
                of.partialPacketsBytesMax(),
                of.buffersBytesMax(),
                of.retainedMessagesMax(),
                of.retainedBytesMax(),
                sessionExpiryIntervalMaxSeconds,
                of.keepAliveMaxSeconds(),
                routesCachedMax,
                sliceMax,
                of.admission(),
                of.rates(),
                of.memoryMarks());
    }
}
