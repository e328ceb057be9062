package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Permissions;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.memory.LateStore;
import org.vencejo.testing.memory.MemoryServer;

/// Rights that differ from client to client: each receives what is below its own name and what is
/// below `all`, whatever it subscribed to.
///
/// What holds for all clients alike is in the scenarios.
@Oracle({86, 87})
class RightsTest {
    private static final AccessRules BELOW_ITS_NAME =
            subject ->
                    new Permissions() {
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
                            return TopicFilter.of(subject.clientIdentifier() + "/#")
                                            .matches(topicName)
                                    || TopicFilter.of("all/#").matches(topicName);
                        }
                    };

    private final MemoryServer server =
            new MemoryServer(
                    new MemoryServer.Setup(
                            ServerSettings.DEFAULTS,
                            BELOW_ITS_NAME,
                            MemoryServer.Authenticator.EVERYBODY,
                            LateStore.prompt(),
                            1));
    private final PacketClient publisher = PacketClient.connected(server, "p");

    @Test
    void eachGetsItsOwnOfAWildcard() {
        PacketClient ann = subscribed("ann", "#");
        PacketClient bob = subscribed("bob", "+/#");
        for (String topic : List.of("ann/x", "bob/x", "all/x", "annexe/x", "ann", "$ann/x")) {
            publisher.publish(topic, AT_LEAST_ONCE, true, topic);
        }
        server.settle();
        assertThat(texts(ann)).containsExactly("ann/x", "all/x", "ann");
        assertThat(texts(bob)).containsExactly("bob/x", "all/x");

        PacketClient late = PacketClient.connected(server, "bob"); // retained, likewise
        late.subscribe("#", AT_LEAST_ONCE);
        assertThat(texts(late)).containsExactlyInAnyOrder("bob/x", "all/x");
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EXACTLY_ONCE")
    void aSharedMessageGoesToAMemberThatMayHaveIt(QoS qos) {
        PacketClient ann = subscribed("ann", "$share/g/#");
        PacketClient bob = subscribed("bob", "$share/g/#");
        for (int i = 0; i < 10; i++) {
            publisher.publish("ann/x", qos, false, "ann " + i);
            publisher.publish("carl/x", qos, false, "carl");
            publisher.publish("all/x", qos, false, "all");
        }
        server.settle();
        List<String> toAnn = texts(ann);
        List<String> toBob = texts(bob);
        assertThat(toAnn.stream().filter(each -> each.startsWith("ann"))).hasSize(10);
        assertThat(toBob).isNotEmpty().containsOnly("all"); // the control arm: it is a member
        assertThat(toAnn).doesNotContain("carl");
        assertThat(toAnn.stream().filter("all"::equals).count() + toBob.size()).isEqualTo(10);
        assertThat(server.core().accounting().endedBy(Fate.ACCESS_DENIED)).isEqualTo(10);
    }

    @Test
    void whatAMemberLeavesBehindGoesToNobodyThatMayNotHaveIt() {
        PacketClient ann = subscribed("ann", "$share/g/#");
        publisher.publish("ann/x", AT_LEAST_ONCE, false, "for ann");
        publisher.publish("all/x", AT_LEAST_ONCE, false, "for all");
        server.settle();
        assertThat(texts(ann)).containsExactly("for ann", "for all");
        PacketClient bob = subscribed("bob", "$share/g/#");
        ann.connection().cut("reset"); // not acknowledged, and its session ends
        server.settle();
        assertThat(texts(bob)).containsExactly("for all");
        assertThat(server.core().accounting().balances()).isTrue();
    }

    @Test
    void whatWaitedForAClientIsLookedAtWhenItIsSent() {
        Properties kept = Properties.builder().put(Property.SESSION_EXPIRY_INTERVAL, 1_000).build();
        PacketClient ann = PacketClient.connected(server, "ann", true, kept);
        ann.subscribe("#", AT_LEAST_ONCE);
        ann.connection().cut("reset");
        publisher.publish("bob/x", AT_LEAST_ONCE, false, "for bob");
        publisher.publish("ann/x", AT_MOST_ONCE, false, "not kept");
        publisher.publish("ann/x", AT_LEAST_ONCE, false, "for ann");
        server.settle();
        server.crash(0);
        server.restart();
        ann = PacketClient.connected(server, "ann", false, kept);
        server.settle();
        assertThat(texts(ann)).containsExactly("for ann");
    }

    private PacketClient subscribed(String client, String filter) {
        PacketClient subscriber = PacketClient.connected(server, client);
        subscriber.subscribe(filter, AT_LEAST_ONCE);
        assertThat(subscriber.heard()).hasSize(1);
        return subscriber;
    }

    private static List<String> texts(PacketClient client) {
        List<Publish> messages = client.messages();
        return messages.stream().map(PacketClient::text).toList();
    }
}
