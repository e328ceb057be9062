package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Authentication.Accepted;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What the server does when something of ours breaks, and when it is told to stop.
class ServerFaultTest {
    @Test
    void aFaultInOneConnectionLeavesTheAnswersOfOthersAlone() {
        Breaking rules = new Breaking();
        Bench bench = new Bench(ServerSettings.DEFAULTS, rules, Recovered.NOTHING);
        Connection first = bench.connect("first", 9);
        Connection second = bench.connect("second", 9);
        bench.in(first, subscribe("a", QoS.EXACTLY_ONCE));
        bench.in(second, subscribe("b", QoS.EXACTLY_ONCE));
        bench.journalAnswers = false;
        bench.in(first, publish("a", QoS.EXACTLY_ONCE, 7));
        bench.in(second, publish("b", QoS.AT_LEAST_ONCE, 8));
        bench.faultsAreExpected = true;
        rules.broken = "first";
        bench.durable();
        assertThat(bench.events).filteredOn(Event.Fault.class::isInstance).hasSize(1);
        assertThat(bench.isClosed(first)).isTrue();
        assertThat(bench.isClosed(second)).isFalse();
        assertThat(bench.to(second, Puback.class)).hasSize(1);
    }

    @Test
    void aClientThatBreaksARuleReadsWhichIfItIsShortEnoughForIt() {
        Bench bench = new Bench();
        for (long packetSizeMax : new long[] {1_000, 20}) {
            Connection client =
                    bench.connect(
                            with(connect("c", 0), Property.MAXIMUM_PACKET_SIZE, packetSizeMax));
            bench.in(client, connect("c", 0));
            Disconnect told = bench.to(client, Disconnect.class).getFirst();
            assertThat(told.reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
            assertThat(told.properties().text(Property.REASON_STRING))
                    .isEqualTo(packetSizeMax == 20 ? null : "a second CONNECT [MQTT-3.1.0-2]");
        }
    }

    @Test
    void aReasonIsCutBetweenLetters() {
        Bench bench = new Bench();
        Connection client = bench.connect("c", 0);
        bench.handle(
                new Input.PacketRejected(
                        client,
                        ProtocolViolation.protocolError("X", "\uD83D\uDC26".repeat(500)),
                        ProtocolVersion.MQTT_5));
        assertThat(bench.to(client, Disconnect.class).getFirst().properties())
                .returns("\uD83D\uDC26".repeat(200), p -> p.text(Property.REASON_STRING));
    }

    @Test
    void whoStopsTellsItsClientsAFewAtATimeAndServesNobodyNew() {
        Bench bench = Bench.with("sliceMax", 2);
        Connection[] clients = new Connection[5];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = bench.connect("c" + i, 0);
        }
        bench.authenticator = request -> null;
        Connection asked = bench.connect("asked", 0);
        bench.deadlinesAreHandled = false;
        bench.handle(new Input.ShutDown());
        assertThat(bench.closed).hasSize(2);
        bench.handle(new Input.DeadlineReached());
        assertThat(bench.closed).hasSize(4);
        bench.deadlinesAreHandled = true;
        bench.handle(new Input.DeadlineReached());
        assertThat(bench.closed).contains(clients);
        for (Connection client : clients) {
            assertThat(bench.to(client).getLast())
                    .isEqualTo(new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
        }
        bench.authenticated(asked, new Accepted(Identity.ANONYMOUS, null));
        Connection late = bench.connect("late", 0);
        for (Connection refused : new Connection[] {asked, late}) {
            assertThat(bench.to(refused, Connack.class))
                    .extracting(Connack::reasonCode)
                    .containsExactly(ReasonCode.SERVER_UNAVAILABLE);
            assertThat(bench.isClosed(refused)).isTrue();
        }
        assertThat(bench.server.connections()).isZero();
    }

    /// Whose will meets a fault of ours is closed, and so is whoever comes behind it.
    @Test
    void aFaultAtOneClientKeepsNoOtherFromTheStop() {
        Breaking rules = new Breaking();
        Bench bench = new Bench(ServerSettings.DEFAULTS, rules, Recovered.NOTHING);
        bench.cut(Breaking.observer(bench));
        List<Connection> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(bench.connect(with(connect("c" + i, 0), will("a", QoS.AT_LEAST_ONCE, 0))));
        }
        bench.faultsAreExpected = true;
        rules.broken = "observer";
        bench.handle(new Input.ShutDown());
        assertThat(bench.events).filteredOn(Event.Fault.class::isInstance).hasSize(5);
        assertThat(bench.closed).containsExactlyInAnyOrderElementsOf(clients);
    }

    /// A port checker that says nothing must not hold up the stop, nor a client half-way in.
    @Test
    void aStopClosesThoseThatHaveNoClientYet() {
        Bench bench = new Bench();
        bench.authenticator = request -> null; // an answer that never comes
        Connection silent = bench.accept();
        Connection halfWay = bench.connect("half-way", 0);
        bench.handle(new Input.ShutDown());
        assertThat(bench.isClosed(silent)).isTrue();
        assertThat(bench.to(silent)).isEmpty();
        assertThat(bench.to(halfWay))
                .extracting(ServerFaultTest::code)
                .containsExactly(ReasonCode.SERVER_UNAVAILABLE);
        assertThat(bench.isClosed(halfWay)).isTrue();
        assertThat(bench.server.connections()).isZero();
    }

    @Test
    void whoStopsPublishesWillsUnlessADelayIsPending() {
        Bench bench = new Bench();
        Connection observer = bench.connect("observer", 100);
        bench.in(observer, subscribe("#", QoS.AT_LEAST_ONCE));
        bench.cut(observer);
        bench.connect(with(connect("a", 0), will("now", QoS.AT_LEAST_ONCE, 0)));
        bench.connect(with(connect("b", 9), will("now", QoS.AT_LEAST_ONCE, 0)));
        bench.connect(with(connect("c", 0), will("ends", QoS.AT_LEAST_ONCE, 5)));
        bench.connect(with(connect("d", 9), will("later", QoS.AT_LEAST_ONCE, 5)));
        bench.handle(new Input.ShutDown());
        assertThat(bench.accounting().queuedCopies()).isEqualTo(3); // (A12)
        assertThat(bench.server.durableState().sessions())
                .filteredOn(each -> each.connected().will() != null)
                .extracting(each -> each.created().clientIdentifier())
                .containsExactly("d");
    }

    @Test
    void aRefusalWithACodeThatRefusesNobodyIsStillARefusal() {
        Bench bench = new Bench();
        bench.authenticator =
                request ->
                        new Authentication.Refused(
                                ReasonCode.SUCCESS, org.vencejo.protocol.Properties.NONE);
        Connection client = bench.connect("c", 0);
        assertThat(bench.to(client))
                .extracting(ServerFaultTest::code)
                .containsExactly(ReasonCode.UNSPECIFIED_ERROR);
        assertThat(bench.isClosed(client)).isTrue();
    }

    private static ReasonCode code(Packet packet) {
        return ((Connack) packet).reasonCode();
    }

    /// Rules that break for one client, as a bug of ours would.
    static final class Breaking implements AccessRules {
        String broken = "";

        /// Who is sent what is published to `a`, if nothing breaks.
        static Connection observer(Bench bench) {
            Connection observer = bench.connect("observer", 100);
            bench.in(observer, subscribe("a", QoS.AT_LEAST_ONCE));
            return observer;
        }

        @Override
        public Permissions of(Subject subject) {
            return new Permissions() {
                @Override
                public boolean mayPublish(TopicName topicName, QoS qos, boolean retain) {
                    return true;
                }

                @Override
                public boolean maySubscribe(TopicFilter topicFilter, QoS qos) {
                    return true;
                }

                @Override
                public boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
                    if (subject.clientIdentifier().equals(broken)) {
                        throw new IllegalStateException("broken on purpose");
                    }
                    return true;
                }
            };
        }
    }
}
