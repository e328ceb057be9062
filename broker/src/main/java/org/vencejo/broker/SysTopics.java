package org.vencejo.broker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.storage.StoreStatistics;

/// Which numbers the broker publishes below `$SYS/broker/`, and how. Stateless.
///
/// The names of other brokers are kept where they mean the same, so that dashboards find them.
final class SysTopics {
    static final String ROOT = "$SYS/broker/";

    private SysTopics() {}

    /// A topic below the root, what it says in words, and its value. One whose value is null is not
    /// published.
    record Topic(String name, String description, Function<SysSnapshot, @Nullable String> value) {}

    private static final List<Topic> FIXED =
            List.of(
                    text("version", "Name and version.", s -> "vencejo " + s.running().version()),
                    text(
                            "uptime",
                            "How long the broker runs: `42 seconds`.",
                            s -> s.running().uptimeSeconds() + " seconds"),
                    number(
                            "clients/connected",
                            "Clients that are connected.",
                            s -> s.holdings().connectedClients()),
                    number("clients/active", "The same.", s -> s.holdings().connectedClients()),
                    number(
                            "clients/disconnected",
                            "Sessions whose client is away.",
                            SysTopics::disconnected),
                    number("clients/inactive", "The same.", SysTopics::disconnected),
                    number(
                            "clients/total",
                            "Sessions, with or without their client.",
                            s -> s.holdings().sessions()),
                    number(
                            "clients/maximum",
                            "The most clients that were connected at a time.",
                            s -> s.holdings().connectedClientsMost()),
                    number(
                            "clients/expired",
                            "Sessions that ended by their Session Expiry Interval.",
                            s -> s.holdings().sessionsExpired()),
                    number(
                            "connections/open",
                            "Transport connections, with those that have sent no CONNECT yet.",
                            s -> s.traffic().openConnections()),
                    number(
                            "connections/accepted",
                            "Transport connections that were accepted.",
                            s -> s.traffic().acceptedConnections()),
                    number(
                            "connections/refused",
                            "Transport connections that were refused as soon as they came, for whatever reason.",
                            s -> s.traffic().refusedConnections()),
                    number(
                            "connections/told",
                            "Those among them that were told why, by CONNACK; the others were only closed.",
                            s -> s.traffic().atTheDoor().told()),
                    number(
                            "connections/connecting",
                            "Transport connections whose client is not known yet (`limits.connecting-max`).",
                            s -> s.traffic().atTheDoor().connecting()),
                    number(
                            "connections/pushed-out",
                            "Those among them that had to go for newer ones.",
                            s -> s.traffic().atTheDoor().pushedOut()),
                    number(
                            "connections/waiting",
                            "Connections that send more than others and wait for their turn to be read from.",
                            s -> s.traffic().connectionsWaiting()),
                    number(
                            "authentication/right",
                            "Clients that gave a user name or a password, and were let in.",
                            s -> s.authentication().right()),
                    number(
                            "authentication/wrong",
                            "User names, passwords and tokens that were wrong.",
                            s -> s.authentication().wrong()),
                    number(
                            "authentication/hashed",
                            "Passwords that were hashed, as they were not known yet, and tokens that were verified.",
                            s -> s.authentication().computed()),
                    number(
                            "authentication/delayed",
                            "Attempts that had to wait after failures.",
                            s -> s.authentication().delayed()),
                    number(
                            "authentication/unavailable",
                            "Attempts that found no room or no answer, and were refused.",
                            s -> s.authentication().overdue()),
                    number(
                            "authentication/bans",
                            "Bans of addresses that began.",
                            s -> s.authentication().bans()),
                    number(
                            "authentication/banned",
                            "Addresses that are banned.",
                            s -> s.authentication().banned()),
                    number(
                            "authentication/user-bans",
                            "Bans of user names that began, of which there are some with `limits.authentication-ban-users`.",
                            s -> s.authentication().userBans()),
                    number(
                            "authentication/users-banned",
                            "User names that are banned.",
                            s -> s.authentication().usersBanned()),
                    number(
                            "authentication/expired",
                            "Connections that ended as their client had shown who it is for a time alone, such as by a token, and the time was over.",
                            s -> s.packets().identitiesExpired()),
                    number(
                            "connections/proxy-failed",
                            "Transport connections that were to come by a proxy, and did not: from another address, without a right header, or for a client whose address is banned.",
                            s -> s.traffic().failedProxyHeaders()),
                    number(
                            "connections/tls-failed",
                            "Transport connections whose TLS handshake failed or was not over in time.",
                            s -> s.traffic().failedHandshakes()),
                    number(
                            "connections/upgrade-failed",
                            "Transport connections whose WebSocket upgrade failed or was not over in time.",
                            s -> s.traffic().failedUpgrades()),
                    number(
                            "buffers/bytes",
                            "Bytes that the buffers of all connections take.",
                            s -> s.traffic().bufferBytes()),
                    number(
                            "bytes/received",
                            "Bytes read from sockets, without those of TLS and WebSocket themselves.",
                            s -> s.traffic().bytesReceived()),
                    number(
                            "bytes/sent",
                            "Bytes written to sockets, without those of TLS and WebSocket themselves.",
                            s -> s.traffic().bytesSent()),
                    number(
                            "messages/received",
                            "Packets of any type that came.",
                            s -> s.packets().received()),
                    number(
                            "messages/sent",
                            "Packets of any type that were sent.",
                            s -> s.packets().sent()),
                    number(
                            "publish/messages/received",
                            "PUBLISH packets that came.",
                            s -> s.packets().publishReceived()),
                    number(
                            "publish/messages/sent",
                            "PUBLISH packets that were sent.",
                            s -> s.packets().publishSent()),
                    number(
                            "publish/messages/dropped",
                            "Messages that were dropped: fates *queue full* and *memory short*.",
                            SysSnapshot::dropped),
                    number(
                            "publish/bytes/received",
                            "Bytes of payload that came.",
                            s -> s.packets().payloadBytesReceived()),
                    number(
                            "publish/bytes/sent",
                            "Bytes of payload that were sent.",
                            s -> s.packets().payloadBytesSent()),
                    number(
                            "subscriptions/count",
                            "Subscriptions of all sessions, without the shared ones.",
                            SysTopics::notShared),
                    number(
                            "shared_subscriptions/count",
                            "Shared subscriptions of all sessions.",
                            s -> s.holdings().sharedSubscriptions()),
                    number(
                            "retained messages/count",
                            "Retained messages, with those below `$SYS`.",
                            s -> s.holdings().retainedMessages()),
                    number(
                            "messages/stored",
                            "Messages that are retained, queued or in flight.",
                            SysTopics::stored),
                    number("store/messages/count", "The same.", SysTopics::stored),
                    number(
                            "store/messages/bytes",
                            "Bytes of messages that are retained or queued.",
                            s -> s.holdings().retainedBytes() + s.copies().queuedBytes()),
                    ofStore(
                            "store/status",
                            "`available`, or why nothing is kept at present.",
                            store ->
                                    store.unavailable() == null
                                            ? "available"
                                            : store.unavailable()),
                    ofStore(
                            "store/disk/bytes",
                            "Bytes of the store on disk.",
                            store -> Long.toString(store.bytesOnDisk())),
                    ofStore(
                            "store/batches",
                            "Batches that were written.",
                            store -> Long.toString(store.batches())),
                    ofStore(
                            "store/syncs",
                            "Times that the disk was waited for.",
                            store -> Long.toString(store.syncs())),
                    ofStore(
                            "store/bytes/written",
                            "Bytes that were given to the store's log.",
                            store -> Long.toString(store.bytesWritten())),
                    ofStore(
                            "store/reads",
                            "Parts of queues that were read.",
                            store -> Long.toString(store.reads())),
                    ofStore(
                            "store/reads/failing",
                            "Queues that cannot be read at present, and are tried again every second.",
                            store -> Long.toString(store.readsFailing())),
                    ofStore(
                            "store/reads/failed",
                            "Attempts to read a part of a queue that failed.",
                            store -> Long.toString(store.readsFailed())),
                    number(
                            "store/sessions/bytes",
                            "Bytes that sessions occupy beside their queues, about"
                                    + " (`limits.sessions-bytes-max`).",
                            s -> s.holdings().sessionBytes()),
                    number(
                            "memory/percent",
                            "How much of the memory clients make the broker use, as `limits.memory-accepting-max` counts it.",
                            s -> s.traffic().memory().percent()),
                    number(
                            "memory/mark",
                            "How many of these marks are passed: 0 to 3.",
                            s -> s.traffic().memory().marks()),
                    number(
                            "memory/marks/accepting",
                            "Times that `limits.memory-accepting-max` was reached.",
                            s -> s.traffic().memory().accepting()),
                    number(
                            "memory/marks/reading",
                            "Times that `limits.memory-reading-max` was reached.",
                            s -> s.traffic().memory().reading()),
                    number(
                            "memory/marks/qos0",
                            "Times that `limits.memory-qos0-max` was reached.",
                            s -> s.traffic().memory().qos0()),
                    number(
                            "heap/current",
                            "Bytes of Java heap in use.",
                            s -> s.running().heapBytes()),
                    number(
                            "heap/maximum",
                            "The most that it was at any publication.",
                            s -> s.running().heapBytesMost()),
                    number(
                            "heap/limit",
                            "Bytes that the Java heap may grow to (`-Xmx`).",
                            s -> s.running().heapBytesMax()),
                    number(
                            "messages/copies",
                            "Copies of messages: one for each session that a message matched, or one if none did.",
                            s -> s.copies().opened()),
                    number(
                            "messages/own/no-subscriber",
                            "Messages of the broker itself, below `$SYS`, that nobody subscribed to. There are no copies of them.",
                            s -> s.copies().ownWithoutSubscriber()),
                    number(
                            "messages/recovered",
                            "Copies that were found in the store at the start.",
                            s -> s.copies().recovered()),
                    number(
                            "messages/queued",
                            "Copies that wait in queues.",
                            s -> s.copies().queued()),
                    number(
                            "messages/queued/bytes",
                            "Bytes of copies that wait in queues.",
                            s -> s.copies().queuedBytes()),
                    number(
                            "messages/queued/bytes-in-memory",
                            "Those of them that are in memory; the others are on disk alone.",
                            s -> s.copies().queuedBytesInMemory()),
                    number(
                            "messages/in-flight",
                            "Copies that were sent and are not acknowledged yet.",
                            s -> s.copies().inFlight()),
                    number(
                            "acknowledgements/stray",
                            "Acknowledgements that named no open exchange.",
                            s -> s.packets().strayAcknowledgements()),
                    number(
                            "retries",
                            "Packets that were repeated by `retry-interval-31` and `retry-interval-311`.",
                            s -> s.packets().retries()),
                    number(
                            "rates/held/in",
                            "Times that a client was not read from for a while, by `limits.messages-in-rate-max` or `limits.bytes-in-rate-max`.",
                            s -> s.packets().timesHeldIn()),
                    number(
                            "rates/held/out",
                            "Times that a client was not sent to for a while, by `limits.messages-out-rate-max` or `limits.bytes-out-rate-max`.",
                            s -> s.packets().timesHeldOut()),
                    number(
                            "subscriptions/ended-by-access-rules",
                            "Subscriptions that ended because `access-rules` do not allow them any more: these had changed or, with `subscriptions-checked-at-resume`, the client came back from elsewhere.",
                            s -> s.packets().subscriptionsDenied()));

    /// All topics, in the order of the document.
    static final List<Topic> ALL =
            Stream.of(
                            FIXED.stream(),
                            Stream.of(Refusal.values()).map(SysTopics::refusedBy),
                            Stream.of(SysLoad.Of.values()).flatMap(SysTopics::load),
                            Stream.of(Fate.values()).map(SysTopics::fate),
                            Stream.of(ReasonCode.values())
                                    .filter(ReasonCode::isError)
                                    .map(SysTopics::refused))
                    .flatMap(topics -> topics)
                    .toList();

    /// Every topic that has something to say, with its value.
    static SequencedMap<String, String> of(SysSnapshot snapshot) {
        SequencedMap<String, String> values = new LinkedHashMap<>();
        for (Topic topic : ALL) {
            String value = topic.value().apply(snapshot);
            if (value != null) {
                values.put(ROOT + topic.name(), value);
            }
        }
        return values;
    }

    private static Topic text(
            String name, String description, Function<SysSnapshot, @Nullable String> value) {
        return new Topic(name, description, value);
    }

    private static Topic number(
            String name, String description, ToLongFunction<SysSnapshot> value) {
        return new Topic(name, description, snapshot -> Long.toString(value.applyAsLong(snapshot)));
    }

    // Published by a broker that has one.
    private static Topic ofStore(
            String name, String description, Function<StoreStatistics, String> value) {
        return new Topic(
                name,
                description,
                snapshot -> {
                    StoreStatistics store = snapshot.running().store();
                    return store == null ? null : value.apply(store);
                });
    }

    private static Stream<Topic> load(SysLoad.Of of) {
        return Stream.of(SysLoad.Over.values())
                .map(over -> SysLoad.topic(of, over))
                .map(topic ->
                        text(
                                topic,
                                "Moving average of " + of.words() + " in a minute.",
                                s -> s.loads().get(topic)));
    }

    private static Topic fate(Fate fate) {
        return number(
                "messages/fate/" + words(fate.name()).replace(' ', '-'),
                switch (fate) {
                    case DELIVERED ->
                            "Copies that arrived: acknowledged, or at QoS 0 handed to the socket.";
                    case EXPIRED -> "Copies whose Message Expiry Interval ran out.";
                    case QUEUE_FULL ->
                            "Copies dropped at the limit of a queue or of an out-buffer.";
                    case MEMORY_SHORT -> "QoS 0 copies dropped from `limits.memory-qos0-max` on.";
                    case TOO_LARGE -> "Copies larger than the subscriber's Maximum Packet Size.";
                    case REFUSED -> "Copies that the subscriber answered with an error.";
                    case ACCESS_DENIED -> "Copies that the subscriber may not read.";
                    case SESSION_ENDED -> "Copies whose session ended first.";
                    case NO_SUBSCRIBER -> "Messages of clients that nobody subscribed to.";
                    case OFFLINE -> "QoS 0 copies whose subscriber was away.";
                },
                snapshot -> snapshot.copies().endedBy(fate));
    }

    private static Topic refusedBy(Refusal why) {
        return number(
                "connections/refused/" + why.word(),
                "Transport connections that were refused as soon as they came, by "
                        + why.limit()
                        + ".",
                snapshot -> snapshot.traffic().atTheDoor().refusedBy(why));
    }

    private static Topic refused(ReasonCode code) {
        return new Topic(
                "refused/0x%02X".formatted(code.value()),
                "Refused with *" + words(code.name()) + "*. Published from the first time on.",
                snapshot -> {
                    Long count = snapshot.packets().refused().get(code);
                    return count == null ? null : count.toString();
                });
    }

    private static String words(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static long disconnected(SysSnapshot snapshot) {
        return (long) snapshot.holdings().sessions() - snapshot.holdings().connectedClients();
    }

    private static long notShared(SysSnapshot snapshot) {
        return (long) snapshot.holdings().subscriptions()
                - snapshot.holdings().sharedSubscriptions();
    }

    private static long stored(SysSnapshot snapshot) {
        return snapshot.holdings().retainedMessages()
                + snapshot.copies().queued()
                + snapshot.copies().inFlight();
    }
}
