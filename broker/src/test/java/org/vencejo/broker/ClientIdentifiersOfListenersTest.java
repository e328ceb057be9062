package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.identity.ClientIdentifiers;
import org.vencejo.core.Authentication;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ReasonCode;

/// Nobody takes the Client Identifier of another where a listener says whose they are.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class ClientIdentifiersOfListenersTest {
    private static final List<String> LISTENERS = List.of("own", "plant", "given", "any");

    @TempDir private Path folder;
    private BrokerRig rig;

    @BeforeEach
    void start() throws IOException {
        Path passwords = Files.writeString(folder.resolve("passwords"), BrokerRig.ALICE);
        Files.setPosixFilePermissions(passwords, PosixFilePermissions.fromString("rw-------"));
        rig =
                BrokerRig.start(
                        folder,
                        "listeners=[{name: own, port: 0, client-identifiers: ['%u', '%u:*']},"
                                + " {name: plant, port: 0, client-identifiers: plant-*, allow-anonymous: true},"
                                + " {name: given, port: 0, client-identifiers: vencejo-*, allow-anonymous: true},"
                                + " {name: any, port: 0}]",
                        "authentication=[{file: '%s', listeners: 'own, any'}]"
                                .formatted(passwords));
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    /// The answers in 5.0, and in 3.1.1 behind the slash.
    @ParameterizedTest(name = "{0}: client {1} of {2} {3}: {4}")
    @CsvSource({
        "own,   alice,    alice, wonder, 00/0",
        "own,   alice:1,  alice, wonder, 00/0",
        "own,   bob,      alice, wonder, 85/2",
        "own,   '',       alice, wonder, 85/2", // it leaves it to the broker
        "own,   bob,      alice, wrong,  86/4", // nothing is learned of it without the password
        "own,   alice,    alice, wrong,  86/4",
        "plant, plant-7,  ,      ,       00/0",
        "plant, other,    ,      ,       85/2",
        "given, '',       ,      ,       00/0", // which begins so
        "given, bob,      ,      ,       85/2",
        "any,   bob,      alice, wonder, 00/0", // as control arm
        "any,   '',       alice, wonder, 00/0",
    })
    void aClientHasOneOfThoseThatItsListenerTakes(
            String listener,
            String clientIdentifier,
            @Nullable String user,
            @Nullable String password,
            String answers)
            throws IOException {
        String[] codes = answers.split("/", -1);
        assertThat(answer(ProtocolVersion.MQTT_5, listener, clientIdentifier, user, password))
                .isEqualTo(Integer.parseInt(codes[0], 16));
        assertThat(answer(ProtocolVersion.MQTT_3_1_1, listener, clientIdentifier, user, password))
                .isEqualTo(Integer.parseInt(codes[1]));
    }

    /// What is said by an Authentication Method is looked at in the same way, and what is not
    /// decided yet goes on.
    @ParameterizedTest(name = "client {0}: {1}")
    @CsvSource({"alice, true", "bob, false"})
    void aMethodDoesNotLeadAroundIt(String clientIdentifier, boolean allowed) {
        Authentication.Outcome goesOn = new Authentication.More(new byte[0]);
        Authentication.Outcome letIn =
                new Authentication.Accepted(new Authentication.Identity("alice"), null);
        Authenticator inTwoSteps =
                new Authenticator() {
                    @Override
                    public Work work(Peer peer, Authentication.Request request) {
                        return Work.NONE;
                    }

                    @Override
                    public Authentication.Outcome authenticate(
                            Peer peer, Authentication.Request request) {
                        return request instanceof Authentication.Step it && it.first()
                                ? goesOn
                                : letIn;
                    }
                };
        Authenticator authenticator =
                new ByClientIdentifier(
                        inTwoSteps, Map.of("own", new ClientIdentifiers(List.of("%u"))));
        Peer peer =
                new Peer() {
                    @Override
                    public String remoteAddress() {
                        return "192.0.2.7:51234";
                    }

                    @Override
                    public String listener() {
                        return "own";
                    }
                };
        assertThat(authenticator.authenticate(peer, step(clientIdentifier, true))).isSameAs(goesOn);
        Authentication.Outcome outcome =
                authenticator.authenticate(peer, step(clientIdentifier, false));
        if (allowed) {
            assertThat(outcome).isSameAs(letIn);
        } else {
            assertThat(outcome)
                    .isEqualTo(
                            new Authentication.Refused(
                                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                                    Properties.NONE,
                                    "at listener own the Client Identifier has to be one of %u"));
        }
    }

    private static Authentication.Step step(String clientIdentifier, boolean first) {
        return new Authentication.Step(
                clientIdentifier, null, null, "method", null, first, false, null);
    }

    /// The code in CONNACK.
    private int answer(
            ProtocolVersion version,
            String listener,
            String clientIdentifier,
            @Nullable String user,
            @Nullable String password)
            throws IOException {
        Connect connect =
                new Connect(
                        version,
                        clientIdentifier,
                        true,
                        0,
                        null,
                        user,
                        password == null ? null : password.getBytes(StandardCharsets.UTF_8),
                        Properties.NONE);
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(connect, version, out);
        InetSocketAddress address = rig.address(LISTENERS.indexOf(listener));
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(out.array(), 0, out.readableBytes());
            byte[] connack = socket.getInputStream().readNBytes(4);
            assertThat(connack).startsWith(0x20);
            return connack[3] & 0xFF;
        }
    }
}
