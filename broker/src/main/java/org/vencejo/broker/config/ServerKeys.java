package org.vencejo.broker.config;

import static org.vencejo.broker.config.Units.HOUR;
import static org.vencejo.broker.config.Words.words;

import java.util.List;
import org.vencejo.broker.config.ValueType.Choice;
import org.vencejo.broker.config.ValueType.Flag;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.broker.config.ValueType.Text;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.ServerSettings.QueueFullPolicy;
import org.vencejo.protocol.QoS;

/// The keys of what the server offers, and of its choices where the standard leaves one.
///
/// A part of the table of [Keys]. Immutable.
final class ServerKeys {
    private static final ServerSettings SERVER = ServerSettings.DEFAULTS;

    static final Key<QoS> MAXIMUM_QOS =
            Key.of(
                    "maximum-qos",
                    new Choice<>(
                            words(
                                    "0", QoS.AT_MOST_ONCE,
                                    "1", QoS.AT_LEAST_ONCE,
                                    "2", QoS.EXACTLY_ONCE),
                            words()),
                    SERVER.maximumQoS(),
                    "The highest QoS that clients may publish with, and that is granted to subscribers.");
    static final Key<Boolean> RETAIN_AVAILABLE =
            Key.of(
                    "retain-available",
                    new Flag(),
                    SERVER.retainAvailable(),
                    "Whether clients may publish retained messages.");
    static final Key<Boolean> WILDCARD_SUBSCRIPTION_AVAILABLE =
            Key.of(
                    "wildcard-subscription-available",
                    new Flag(),
                    SERVER.wildcardSubscriptionAvailable(),
                    "Whether Topic Filters may hold `+` and `#`.");
    static final Key<Boolean> SHARED_SUBSCRIPTION_AVAILABLE =
            Key.of(
                    "shared-subscription-available",
                    new Flag(),
                    SERVER.sharedSubscriptionAvailable(),
                    "Whether clients may subscribe to `$share/ShareName/filter`.");
    static final Key<Boolean> SHARED_SUBSCRIPTIONS_311 =
            Key.of(
                            "shared-subscriptions-311",
                            new Flag(),
                            SERVER.sharedSubscriptionFor311(),
                            "Whether 3.1.1 clients may use shared subscriptions too.")
                    .rereadAtHangup();
    static final Key<Boolean> STRICT_31_CLIENT_IDENTIFIER =
            Key.of(
                            "strict-31-client-identifier",
                            new Flag(),
                            SERVER.strictClientIdentifierFor31(),
                            "Whether a 3.1 client with a Client Identifier of more than 23 characters is refused.")
                    .rereadAtHangup();
    static final Key<Boolean> PAYLOAD_FORMAT_CHECKED =
            Key.of(
                            "payload-format-checked",
                            new Flag(),
                            SERVER.payloadFormatChecked(),
                            "Whether a payload that is said to be UTF-8 is refused (0x99) when it is not.")
                    .rereadAtHangup();
    static final Key<Boolean> NO_MATCHING_SUBSCRIBERS_REPORTED =
            Key.of(
                            "no-matching-subscribers-reported",
                            new Flag(),
                            SERVER.noMatchingSubscribersReported(),
                            "Whether PUBACK and PUBREC say 0x10 when nobody subscribed; some clients take it for"
                                    + " an error.")
                    .rereadAtHangup();
    static final Key<Boolean> QUEUE_QOS0_MESSAGES =
            Key.of(
                            "queue-qos0-messages",
                            new Flag(),
                            SERVER.qos0QueuedForOffline(),
                            "Whether QoS 0 messages are queued for sessions whose client is away.")
                    .rereadAtHangup();
    static final Key<QueueFullPolicy> QUEUE_FULL_POLICY =
            Key.of(
                            "queue-full-policy",
                            words(QueueFullPolicy.class),
                            SERVER.queueFullPolicy(),
                            "What gives way when a session's queue is full: its oldest message that is not in"
                                    + " flight, the message that does not fit, or the session.")
                    .rereadAtHangup();
    static final Key<Boolean> DENIED_PUBLISH_3 =
            Key.of(
                            "denied-publish-3",
                            new Choice<>(words("acknowledge", false, "close", true), words()),
                            SERVER.deniedPublishClosesFor3(),
                            "What happens to a PUBLISH that a 3.1 or 3.1.1 client may not send: acknowledged and"
                                    + " dropped, or its connection closed. 5.0 clients are told 0x87.")
                    .rereadAtHangup();
    static final Key<Boolean> DENIED_SUBSCRIBE_31 =
            Key.of(
                            "denied-subscribe-31",
                            new Choice<>(words("grant", false, "close", true), words()),
                            SERVER.deniedSubscribeClosesFor31(),
                            "What happens to a subscription that a 3.1 client may not make, as its SUBACK has no"
                                    + " way to say no: granted without effect, or its connection closed.")
                    .rereadAtHangup();
    static final Key<Boolean> SUBSCRIPTIONS_CHECKED_AT_RESUME =
            Key.of(
                            "subscriptions-checked-at-resume",
                            new Flag(),
                            SERVER.subscriptionsCheckedAtResume(),
                            "Whether a client that comes back to its session, perhaps by another listener or"
                                    + " from another address, loses the subscriptions that it may not"
                                    + " make there. If not, they stay, and what it may not receive is held"
                                    + " back message by message.")
                    .rereadAtHangup();
    static final Key<Long> RETRY_INTERVAL_31 =
            Key.of(
                            "retry-interval-31",
                            Quantity.seconds(0, 24 * HOUR, words()),
                            SERVER.retryIntervalNanos31(),
                            "After how long an unanswered PUBLISH or PUBREL is repeated to a connected 3.1 client;"
                                    + " 0 for never.")
                    .rereadAtHangup();
    static final Key<Long> RETRY_INTERVAL_311 =
            Key.of(
                            "retry-interval-311",
                            Quantity.seconds(0, 24 * HOUR, words()),
                            SERVER.retryIntervalNanos311(),
                            "The same for 3.1.1 clients. 5.0 forbids it.")
                    .rereadAtHangup();
    static final Key<String> RESPONSE_INFORMATION =
            Key.of(
                            "response-information",
                            new Text(65_535),
                            "",
                            "The Response Information that 5.0 clients get when they ask for it; none if empty.")
                    .rereadAtHangup();

    static final List<Key<?>> ALL =
            List.of(
                    MAXIMUM_QOS,
                    RETAIN_AVAILABLE,
                    WILDCARD_SUBSCRIPTION_AVAILABLE,
                    SHARED_SUBSCRIPTION_AVAILABLE,
                    SHARED_SUBSCRIPTIONS_311,
                    STRICT_31_CLIENT_IDENTIFIER,
                    PAYLOAD_FORMAT_CHECKED,
                    NO_MATCHING_SUBSCRIBERS_REPORTED,
                    QUEUE_QOS0_MESSAGES,
                    QUEUE_FULL_POLICY,
                    DENIED_PUBLISH_3,
                    DENIED_SUBSCRIBE_31,
                    SUBSCRIPTIONS_CHECKED_AT_RESUME,
                    RETRY_INTERVAL_31,
                    RETRY_INTERVAL_311,
                    RESPONSE_INFORMATION);

    private ServerKeys() {}
}
