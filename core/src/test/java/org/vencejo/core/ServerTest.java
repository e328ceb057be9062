package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicName;

/// The server on its own: packets in, effects out, with a journal that answers when it is told to.
class ServerTest {
    private final Bench bench = new Bench();

    @Test
    void aMessageOfEachQoSReachesASubscriber() {
        for (QoS qos : QoS.values()) {
            Bench each = new Bench();
            Connection subscriber = each.connect("subscriber", 0);
            Connection publisher = each.connect("publisher", 0);
            each.in(subscriber, subscribe("t/#", QoS.EXACTLY_ONCE));
            each.in(publisher, publish("t/1", qos, 7));
            assertThat(each.to(subscriber))
                    .filteredOn(Publish.class::isInstance)
                    .singleElement()
                    .satisfies(p -> assertThat(((Publish) p).qos()).isEqualTo(qos));
            assertThat(each.server.accounting().balances()).isTrue();
            each.noFaults();
        }
    }

    @Test
    void aPubackWaitsUntilTheMessageIsDurable() {
        bench.journalAnswers = false;
        Connection subscriber = bench.connect("subscriber", 100);
        assertThat(bench.to(subscriber)).isEmpty();
        bench.durable();
        assertThat(bench.to(subscriber)).singleElement().isInstanceOf(Connack.class);
        bench.in(subscriber, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.durable();
        Connection publisher = bench.connect("publisher", 0);
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 9));
        assertThat(bench.to(publisher)).noneMatch(Puback.class::isInstance);
        assertThat(bench.to(subscriber)).anyMatch(Publish.class::isInstance);
        bench.durable();
        assertThat(bench.to(publisher)).anyMatch(Puback.class::isInstance);
        bench.noFaults();
    }

    @Test
    void aQoS2MessageIsDeliveredOnceAndItsIdentifierIsStateOfTheSession() {
        Connection subscriber = bench.connect("subscriber", 0);
        bench.in(subscriber, subscribe("t", QoS.AT_MOST_ONCE));
        Connection publisher = bench.connect("publisher", 100);
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 7));
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 7));
        bench.cut(publisher);
        Connection again = bench.connect("publisher", 100);
        bench.in(again, publish("t", QoS.EXACTLY_ONCE, 7));
        bench.in(again, new Pubrel(7, ReasonCode.SUCCESS));
        bench.in(again, new Pubrel(7, ReasonCode.SUCCESS));
        assertThat(bench.to(publisher)).filteredOn(Pubrec.class::isInstance).hasSize(2);
        assertThat(bench.to(again)).filteredOn(Pubrec.class::isInstance).hasSize(1);
        assertThat(bench.to(again))
                .filteredOn(Pubcomp.class::isInstance)
                .extracting(p -> ((Pubcomp) p).reasonCode())
                .containsExactly(ReasonCode.SUCCESS, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        assertThat(bench.to(subscriber)).filteredOn(Publish.class::isInstance).hasSize(1);
        bench.noFaults();
    }

    @Test
    void aKeptSessionGetsWhatCameMeanwhile() {
        Connection subscriber = bench.connect("subscriber", 100);
        bench.in(subscriber, subscribe("t", QoS.EXACTLY_ONCE));
        bench.cut(subscriber);
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 1; i <= 20; i++) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0));
        Connection again = bench.connect("subscriber", 100);
        assertThat(((Connack) bench.to(again).getFirst()).sessionPresent()).isTrue();
        assertThat(bench.to(again)).filteredOn(Publish.class::isInstance).hasSize(20);
        assertThat(bench.server.accounting().endedBy(Fate.OFFLINE)).isEqualTo(1);
        bench.noFaults();
    }

    @Test
    void aRetainedMessageComesBehindSuback() {
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 0; i < 1_000; i++) {
            bench.in(publisher, retained("r/" + i, QoS.AT_LEAST_ONCE, 1));
        }
        Connection subscriber = bench.connect("subscriber", 0);
        bench.in(subscriber, subscribe("r/#", QoS.AT_MOST_ONCE));
        assertThat(bench.to(subscriber).get(1)).isInstanceOf(Suback.class);
        assertThat(bench.to(subscriber)).filteredOn(Publish.class::isInstance).hasSize(1_000);
        assertThat(bench.server.accounting().balances()).isTrue();
        bench.noFaults();
    }

    @Test
    void aFanoutToManyIsDoneInSlicesAndInOrder() {
        List<Connection> subscribers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Connection subscriber = bench.connect("s" + i, 0);
            bench.in(subscriber, subscribe("t", QoS.AT_LEAST_ONCE));
            subscribers.add(subscriber);
        }
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 1; i <= 3; i++) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        for (Connection subscriber : subscribers) {
            assertThat(bench.to(subscriber)).filteredOn(Publish.class::isInstance).hasSize(3);
        }
        assertThat(bench.to(publisher)).filteredOn(Puback.class::isInstance).hasSize(3);
        bench.noFaults();
    }

    private static Subscribe subscribe(String filter, QoS qos) {
        return new Subscribe(1, List.of(Subscription.of(filter, qos)), Properties.NONE);
    }

    private static Publish publish(String topic, QoS qos, int identifier) {
        return new Publish(
                TopicName.of(topic),
                Payload.of("21.5"),
                qos,
                false,
                false,
                identifier,
                Properties.NONE);
    }

    private static Publish retained(String topic, QoS qos, int identifier) {
        return new Publish(
                TopicName.of(topic),
                Payload.of("21.5"),
                qos,
                true,
                false,
                identifier,
                Properties.NONE);
    }

    /// A server with recorded effects.
    private static final class Bench implements Outbox {
        private record Sent(Connection connection, Packet packet) {}

        private final Server server =
                new Server(ServerSettings.DEFAULTS, AccessRules.OPEN, Recovered.NOTHING, 1, 0, 0);
        private final List<Sent> sent = new ArrayList<>();
        private final List<Event> faults = new ArrayList<>();
        private final List<Input> answers = new ArrayList<>();
        private boolean journalAnswers = true;
        private long appended;
        private long now;

        private Connection connect(String clientIdentifier, long expirySeconds) {
            Connection connection =
                    new Connection(
                            new Peer() {
                                @Override
                                public String remoteAddress() {
                                    return "192.0.2.1:1";
                                }

                                @Override
                                public String listener() {
                                    return "tcp";
                                }
                            });
            handle(new Input.Connected(connection));
            in(
                    connection,
                    new Connect(
                            ProtocolVersion.MQTT_5,
                            clientIdentifier,
                            false,
                            60,
                            null,
                            null,
                            null,
                            Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, expirySeconds)));
            return connection;
        }

        private void in(Connection connection, Packet packet) {
            handle(new Input.PacketReceived(connection, packet));
        }

        private void cut(Connection connection) {
            handle(new Input.Disconnected(connection, "cut"));
        }

        private void durable() {
            handle(new Input.Durable(appended));
        }

        private void handle(Input input) {
            now++;
            server.handle(input, now, this);
            while (!answers.isEmpty()) {
                server.handle(answers.removeFirst(), now, this);
            }
            if (journalAnswers) {
                server.handle(new Input.Durable(appended), now, this);
            }
            while (server.nextDeadline() <= now) {
                server.handle(new Input.DeadlineReached(), now, this);
            }
        }

        private List<Packet> to(Connection connection) {
            return sent.stream()
                    .filter(each -> each.connection == connection)
                    .map(Sent::packet)
                    .toList();
        }

        private void noFaults() {
            assertThat(faults).isEmpty();
        }

        @Override
        public long send(Connection connection, Packet packet) {
            sent.add(new Sent(connection, packet));
            return 0;
        }

        @Override
        public long publish(
                Connection connection,
                Publish publish,
                int packetIdentifier,
                boolean dup,
                int topicAlias) {
            sent.add(new Sent(connection, publish.sentAs(packetIdentifier, dup)));
            return 0;
        }

        @Override
        public void close(Connection connection) {}

        @Override
        public void pauseReading(Connection connection) {}

        @Override
        public void resumeReading(Connection connection) {}

        @Override
        public void append(long number, Mutation mutation) {
            appended = number;
        }

        @Override
        public void authenticate(Connection connection, Authentication.Request request) {
            answers.add(
                    new Input.Authenticated(
                            connection,
                            new Authentication.Accepted(Authentication.Identity.ANONYMOUS, null)));
        }

        @Override
        public void event(Event event) {
            if (event instanceof Event.Fault) {
                faults.add(event);
            }
        }
    }
}
