package org.vencejo.testing.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.testing.interop.InteropClient.Settings;

/// What clients do with a server, each scenario written once: a subclass says with which server,
/// and who publishes (`from`) and who subscribes (`to`).
///
/// The clients wait most of the time, so many tests run at a time.
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
abstract class Scenarios {
    private static final AtomicInteger runs = new AtomicInteger();

    private final List<AutoCloseable> opened = new ArrayList<>();

    /// What names of this test begin with, as all share a server.
    private final String mine = "i" + runs.incrementAndGet();

    private final int port;

    Scenarios(int port) {
        this.port = port;
    }

    /// Ends all, whatever one of them says: some are processes.
    @AfterEach
    void end() {
        List<Throwable> failures = new ArrayList<>();
        for (AutoCloseable each : opened.reversed()) {
            try {
                each.close();
            } catch (Exception | AssertionError failure) {
                failures.add(failure);
            }
        }
        assertThat(failures).isEmpty();
    }

    private InteropClient open(Library library, Settings settings) throws Exception {
        InteropClient client = library.open(settings);
        opened.add(client::close);
        return client;
    }

    private InteropClient connected(Library library, String name) throws Exception {
        InteropClient client = open(library, Settings.of(port, mine + name));
        client.connect();
        return client;
    }

    private String topic() {
        return mine + "/miCasa/temperatura";
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("everybodyWithEverybody")
    void aMessageOfEachQosArrives(Library from, Library to) throws Exception {
        InteropClient subscriber = connected(to, "s");
        subscriber.subscribe(mine + "/#", 2);
        InteropClient publisher = connected(from, "p");
        for (int qos = 0; qos <= 2; qos++) {
            Message message = Message.of(topic(), "21,5 °C en el sótano, " + qos, qos);
            publisher.publish(message);
            assertThat(subscriber.receive()).isEqualTo(message);
        }
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("eachWithItselfAndAnother")
    void aSubscriptionLowersTheQos(Library from, Library to) throws Exception {
        InteropClient publisher = connected(from, "p");
        for (int granted = 0; granted <= 1; granted++) {
            InteropClient subscriber = connected(to, "s" + granted);
            subscriber.subscribe(topic(), granted);
            publisher.publish(Message.of(topic(), "21.5", 2));
            assertThat(subscriber.receive()).isEqualTo(Message.of(topic(), "21.5", granted));
        }
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("eachWithItselfAndAnother")
    void aRetainedMessageIsThereForWhoComesLaterUntilItIsCleared(Library from, Library to)
            throws Exception {
        InteropClient publisher = connected(from, "p");
        publisher.publish(Message.of(topic(), "nobody sees this", 1).retained());
        publisher.publish(Message.of(topic(), "21.5", 1).retained());

        InteropClient later = connected(to, "s");
        later.subscribe(topic(), 1);
        assertThat(later.receive()).isEqualTo(Message.of(topic(), "21.5", 1).retained());

        publisher.publish(Message.of(topic(), "", 1).retained());
        assertThat(later.receive()).isEqualTo(Message.of(topic(), "", 1));

        InteropClient last = connected(to, "l");
        last.subscribe(topic(), 1);
        publisher.publish(Message.of(topic(), "a sentinel", 1));
        assertThat(last.receive()).isEqualTo(Message.of(topic(), "a sentinel", 1));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("eachWithItselfAndAnother")
    void aWillIsPublishedAfterACutAndNotAfterADisconnect(Library from, Library to)
            throws Exception {
        InteropClient subscriber = connected(to, "s");
        subscriber.subscribe(topic(), 2);

        // mosquitto_sub asks for its will (0x04) when it is told to end.
        if (from != Library.MOSQUITTO_5) {
            InteropClient leaving =
                    open(
                            from,
                            Settings.of(port, mine + "l")
                                    .withWill(Message.of(topic(), "must not come", 1)));
            leaving.connect();
            leaving.disconnect();
        }
        Message will = Message.of(topic(), "cut", 1);
        Relay relay = new Relay(port);
        opened.add(relay);
        InteropClient cut = open(from, Settings.of(relay.port(), mine + "c").withWill(will));
        cut.connect();
        relay.close();

        assertThat(subscriber.receive()).isEqualTo(will);
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("eachWithItselfAndAnother")
    void aKeptSessionHoldsTwentyMessagesInTheirOrder(Library from, Library to) throws Exception {
        InteropClient subscriber = open(to, Settings.of(port, mine + "s").asKept());
        subscriber.connect();
        subscriber.subscribe(topic(), 2);
        subscriber.disconnect();
        InteropClient publisher = connected(from, "p");
        List<Message> all =
                IntStream.range(0, 20)
                        .mapToObj(i -> Message.of(topic(), "message " + i, 1 + i % 2))
                        .toList();
        for (Message message : all) {
            publisher.publish(message);
        }

        subscriber.connect();

        List<Message> received = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            received.add(subscriber.receive());
        }
        // A client may show a QoS 2 message only when its PUBREL came, so each QoS has its order.
        assertThat(received.stream().filter(it -> it.qos() == 1))
                .containsExactlyElementsOf(all.stream().filter(it -> it.qos() == 1).toList());
        assertThat(received.stream().filter(it -> it.qos() == 2))
                .containsExactlyElementsOf(all.stream().filter(it -> it.qos() == 2).toList());
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("eachWithItselfAndAnother")
    void aMegabyteArrivesWhole(Library from, Library to) throws Exception {
        byte[] letters = new byte[1 << 20];
        for (int i = 0; i < letters.length; i++) {
            letters[i] = (byte) ('a' + i % 23);
        }
        InteropClient subscriber = connected(to, "s");
        subscriber.subscribe(topic(), 2);
        InteropClient publisher = connected(from, "p");
        for (int qos = 0; qos <= 2; qos += 2) {
            publisher.publish(new Message(topic(), letters, qos, false));
            Message received = subscriber.receive();
            assertThat(received.qos()).isEqualTo(qos);
            assertThat(Arrays.equals(received.payload(), letters)).isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("each")
    void membersOfASharedSubscriptionDivideTheMessages(Library library) throws Exception {
        List<InteropClient> members = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            InteropClient member = connected(library, "m" + i);
            member.subscribe("$share/" + mine + "/" + topic(), 1);
            members.add(member);
        }
        InteropClient publisher = connected(library, "p");
        for (int i = 0; i < 10; i++) {
            publisher.publish(Message.of(topic(), "message " + i, 1));
        }

        // Round robin among members that can take more: who is asked in turn has the next (C23).
        List<String> received = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            for (InteropClient member : members) {
                received.add(member.receive().text());
            }
        }
        assertThat(received)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 10).mapToObj(i -> "message " + i).toList());
    }
}
