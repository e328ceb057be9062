package org.vencejo.storage;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Mutation;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.UserProperty;
import org.vencejo.protocol.Will;

/// Messages, subscriptions and wills, plain or by chance.
final class Things {
    private static final List<String> TEXTS = List.of("", "a", "a\u00F1o", "\uD83D\uDC26", "x y");
    private static final List<String> TOPICS = List.of("a", "a/b", "sala 1/t", "\u20AC", "$x/y");
    private static final List<String> FILTERS =
            List.of("a", "a/#", "+/t", "$share/g/a/#", "\u20AC");
    private static final List<Integer> LENGTHS = List.of(0, 1, 127, 128, 300, 20_000);

    private Things() {}

    static Mutation.SessionCreated created(long session) {
        return new Mutation.SessionCreated(session, "client-" + session, null);
    }

    static Mutation.SessionConnected connected(long session, long epoch, int receiveMaximum) {
        return new Mutation.SessionConnected(session, epoch, 3_600, receiveMaximum, null);
    }

    static Mutation.SessionDisconnected disconnected(long session, long sentUpTo) {
        return new Mutation.SessionDisconnected(session, 1_000, 3_600, sentUpTo);
    }

    static Message message(String payload) {
        return message(payload, 0);
    }

    static Message message(String payload, long number) {
        Publish publish =
                new Publish(
                        TopicName.of("t"),
                        Payload.of(payload),
                        QoS.AT_LEAST_ONCE,
                        false,
                        false,
                        0,
                        Properties.NONE);
        return new Message(publish, Message.NEVER, number);
    }

    static Mutation.Enqueued enqueued(long session, long sequence, Message message) {
        return enqueued(session, sequence, message, QoS.AT_LEAST_ONCE);
    }

    static Mutation.Enqueued enqueued(long session, long sequence, Message message, QoS qos) {
        return new Mutation.Enqueued(session, sequence, message, qos, false, new int[0], null);
    }

    static Mutation.Dequeued dequeued(Mutation.Enqueued entry) {
        return new Mutation.Dequeued(
                entry.session(),
                entry.sequence(),
                entry.message().number(),
                entry.message().bytes(),
                entry.qos(),
                entry.share() != null);
    }

    /// What an entry is, in things that are equal if they say the same; a record with an array is
    /// not.
    static List<Object> comparable(Mutation.Enqueued entry) {
        return Arrays.asList(
                entry.session(),
                entry.sequence(),
                entry.message(),
                entry.qos(),
                entry.retain(),
                Arrays.stream(entry.subscriptionIdentifiers()).boxed().toList(),
                entry.share());
    }

    // ---- by chance
    // --------------------------------------------------------------------------------

    static Message message(Chance chance, long number) {
        Publish publish =
                new Publish(
                        topicName(chance),
                        Payload.of(chance.bytes(length(chance))),
                        QoS.of(chance.below(3)),
                        chance.is(0.3),
                        chance.is(0.1),
                        0,
                        chance.is(0.5) ? Properties.NONE : properties(chance).build());
        long expires = chance.is(0.5) ? Message.NEVER : chance.below(1 << 30) * 1_000L;
        return new Message(publish, expires, number);
    }

    static Mutation.Enqueued enqueued(Chance chance, long session, long sequence, Message message) {
        int[] identifiers = new int[chance.is(0.7) ? 0 : 1 + chance.below(3)];
        for (int i = 0; i < identifiers.length; i++) {
            identifiers[i] = 1 + chance.below(268_435_455);
        }
        @Nullable TopicFilter share = chance.is(0.8) ? null : TopicFilter.of("$share/g/a/#");
        QoS qos = QoS.of(1 + chance.below(2));
        return new Mutation.Enqueued(
                session, sequence, message, qos, chance.is(0.2), identifiers, share);
    }

    static Mutation.Subscribed subscribed(Chance chance, long session) {
        Subscription subscription =
                new Subscription(
                        TopicFilter.of(chance.pick(FILTERS)),
                        QoS.of(chance.below(3)),
                        chance.is(0.5),
                        chance.is(0.5),
                        RetainHandling.of(chance.below(3)));
        int identifier = chance.is(0.5) ? 0 : 1 + chance.below(268_435_455);
        return new Mutation.Subscribed(session, subscription, identifier);
    }

    static Will will(Chance chance) {
        Properties.Builder properties = properties(chance);
        if (chance.is(0.5)) {
            properties.put(Property.WILL_DELAY_INTERVAL, chance.below(1_000));
        }
        return new Will(
                topicName(chance),
                Payload.of(chance.bytes(length(chance))),
                QoS.of(chance.below(3)),
                chance.is(0.5),
                properties.build());
    }

    static TopicName topicName(Chance chance) {
        return TopicName.of(chance.pick(TOPICS));
    }

    private static Properties.Builder properties(Chance chance) {
        Properties.Builder properties = Properties.builder();
        if (chance.is(0.3)) {
            properties.put(Property.CONTENT_TYPE, chance.pick(TEXTS));
        }
        if (chance.is(0.3)) {
            properties.put(Property.CORRELATION_DATA, chance.bytes(length(chance)));
        }
        if (chance.is(0.3)) {
            properties.add(new UserProperty(chance.pick(TEXTS), chance.pick(TEXTS)));
            properties.add(new UserProperty(chance.pick(TEXTS), chance.pick(TEXTS)));
        }
        return properties;
    }

    private static int length(Chance chance) {
        return chance.is(0.1) ? chance.pick(LENGTHS) : chance.below(40);
    }
}
