package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ReasonCode;

/// A broker with password files, over sockets: who is let in where, with which code the others are
/// refused, and what a changed file changes.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class PasswordsTest {
    /// Made by mosquitto_passwd.
    private static final String BUILD =
            "$6$Y4SnK7pET5PqGFI+$MBS42b/XGJXJecHpEFDJCKmtjZIyZdnjSgNo/rt9sD2nGnxZkcYX4O3LAvNTBBpQZWesXoQ6r5hcwjQB5L1T8g==";

    /// The SHA-512 of the salt alone.
    private static final String NOTHING =
            "$6$c2FsdA==$Lj/Od8+MTHR4qW0gfBw5cViSyshKGMvsm2NPS8IrOQtIzTCk3y5+u67mXDRqZixb4tEkQTIvekusgho4LErwkQ==";

    @TempDir private Path folder;
    private Broker broker;

    @BeforeEach
    void writeAndStart() throws IOException {
        write("first", "# Those we know\n" + BrokerRig.ALICE + "empty:" + NOTHING + "\n");
        write("second", "alice:" + BUILD + "\nbob:" + BUILD + "\n");
        broker = start();
    }

    private Broker start(String... more) {
        List<String> keys = new ArrayList<>(List.of(more));
        keys.add(
                "listeners=[{name: shut, port: 0}, {name: open, port: 0, allow-anonymous: true}, {name: free, port: 0, allow-anonymous: true}]");
        keys.add(
                "authentication=[{file: '%s', listeners: 'shut, open'}, {file: '%s', listeners: shut}]"
                        .formatted(folder.resolve("first"), folder.resolve("second")));
        return BrokerRig.start(folder, keys.toArray(String[]::new)).broker();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    /// Nothing in a column is no such field; what 3.x is told stands behind the slash.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "shut | alice | wonder | 00/0",
                "shut | alice | Wonder | 86/4",
                "shut | alice | ''     | 86/4", // an empty password is a wrong one
                "shut | alice |        | 86/4", // and so is none
                "shut | empty | ''     | 00/0", // where it is not the right one
                "shut | empty |        | 86/4",
                "shut | alice | build  | 86/4", // the first that knows the name decides
                "shut | bob   | build  | 00/0", // who is not known there is asked about at the next
                "shut | bob   | wonder | 86/4",
                "shut | carol | wonder | 86/4", // known to nobody: the same as a wrong password
                "shut | carol |        | 86/4",
                "shut | ''    | wonder | 86/4",
                "shut |       |        | 87/5", // who names nobody
                "shut |       | wonder | 86/-", // 5.0 knows a password alone; nobody here does
                "open | alice | wonder | 00/0",
                "open | alice | Wonder | 86/4",
                "open | bob   | build  | 86/4", // its file is not for this listener
                "open | carol | wonder | 86/4", // a name is never let in as nobody
                "open |       | wonder | 86/-",
                "open |       |        | 00/0",
                "free |       |        | 00/0",
                "free | carol | wonder | 00/0", // as nobody: nobody looks here
            })
    void clientsAreLetInOrToldWhyNotInTheirVersion(
            String listener, String user, String password, String answers) throws IOException {
        String[] codes = answers.split("/", -1);
        assertThat(answer(ProtocolVersion.MQTT_5, listener, user, password))
                .isEqualTo(Integer.parseInt(codes[0], 16));
        for (ProtocolVersion version :
                new ProtocolVersion[] {ProtocolVersion.MQTT_3_1, ProtocolVersion.MQTT_3_1_1}) {
            if (!codes[1].equals("-")) {
                assertThat(answer(version, listener, user, password))
                        .isEqualTo(Integer.parseInt(codes[1]));
            }
        }
    }

    /// With a name that is not believed nobody guesses.
    @Test
    void aNameThatIsBannedIsHeardWhereNobodyBelievesIt() throws IOException {
        broker.close();
        broker =
                start(
                        "limits.authentication-ban-users=true",
                        "limits.authentication-failures-max=3");
        for (int i = 0; i < 3; i++) {
            assertThat(answer(ProtocolVersion.MQTT_5, "shut", "alice", "wrong")).isEqualTo(0x86);
        }
        assertThat(answer(ProtocolVersion.MQTT_5, "shut", "alice", "wonder")).isEqualTo(0x8A);
        assertThat(answer(ProtocolVersion.MQTT_5, "open", "alice", "wonder")).isEqualTo(0x8A);
        assertThat(answer(ProtocolVersion.MQTT_5, "free", "alice", "wonder")).isZero();
    }

    @Test
    void aPasswordThatWasRightIsNotHashedAgain() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(answer(ProtocolVersion.MQTT_5, "shut", "alice", "wonder")).isZero();
        }
        assertThat(hashed()).isEqualTo(1);
        answer(ProtocolVersion.MQTT_5, "shut", "alice", "wrong");
        answer(ProtocolVersion.MQTT_5, "shut", "alice", "wrong");
        assertThat(hashed()).as("wrong ones are hashed each time").isEqualTo(3);
        answer(ProtocolVersion.MQTT_5, "shut", "carol", "wrong");
        assertThat(hashed()).as("so are those of strangers").isEqualTo(4);
    }

    private long hashed() {
        return broker.authentication().computed();
    }

    /// By SIGHUP, and by itself.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aChangedFileEndsThoseWhoAreGoneOrHaveAnotherPassword(boolean told) throws IOException {
        try (RawClient alice = connected("alice", "wonder");
                RawClient bob = connected("bob", "build");
                RawClient nobody = RawClient.connected(address("open"), "n")) {
            write("first", "alice:" + BUILD + "\n");
            if (told) {
                broker.reload();
            }

            assertThat(alice.next())
                    .isInstanceOfSatisfying(
                            Disconnect.class,
                            it -> assertThat(it.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED));
            assertThat(alice.isClosed()).isTrue();
            for (RawClient other : List.of(bob, nobody)) {
                other.send(new Pingreq());
                assertThat(other.next()).isInstanceOf(Pingresp.class);
            }
            // Known from before, and not any more.
            assertThat(answer(ProtocolVersion.MQTT_5, "shut", "alice", "wonder")).isEqualTo(0x86);
            assertThat(answer(ProtocolVersion.MQTT_5, "shut", "alice", "build")).isZero();
        }
    }

    static Stream<String> broken() {
        return Stream.of(
                "alice:" + BUILD + "\nbob:plain\n", // one good line, one bad
                "nothing\n");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aFileWithMistakesChangesNothing(String text) throws IOException {
        try (RawClient alice = connected("alice", "wonder")) {
            write("first", text);
            broker.reload();
            alice.send(new Pingreq());
            assertThat(alice.next()).isInstanceOf(Pingresp.class);
            assertThat(answer(ProtocolVersion.MQTT_5, "shut", "alice", "wonder")).isZero();

            Files.delete(folder.resolve("first"));
            broker.reload();
            assertThat(answer(ProtocolVersion.MQTT_5, "shut", "alice", "wonder")).isZero();

            write("first", "");
            broker.reload(); // nobody is known, and that is no mistake
            assertThat(alice.next()).isInstanceOf(Disconnect.class);
            assertThat(answer(ProtocolVersion.MQTT_5, "open", "alice", "wonder")).isEqualTo(0x86);
        }
    }

    @Test
    void aBrokerDoesNotStartWithAFileThatHasMistakes() throws IOException {
        write("second", "bob:plain\n");
        assertThatThrownBy(this::start)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("second:1:5: bob: not a hash")
                .message()
                .doesNotContain("plain");
    }

    private RawClient connected(String user, String password) throws IOException {
        RawClient client = new RawClient(address("shut"));
        client.send(connect(ProtocolVersion.MQTT_5, user, user, password));
        assertThat(client.next())
                .isInstanceOfSatisfying(
                        Connack.class,
                        it -> assertThat(it.reasonCode()).isEqualTo(ReasonCode.SUCCESS));
        return client;
    }

    /// The code in CONNACK.
    private int answer(ProtocolVersion version, String listener, String user, String password)
            throws IOException {
        InetSocketAddress address = address(listener);
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(connect(version, "c", user, password), version, out);
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(out.array(), 0, out.readableBytes());
            byte[] connack = socket.getInputStream().readNBytes(4);
            assertThat(connack).startsWith(0x20);
            return connack[3] & 0xFF;
        }
    }

    private static Connect connect(
            ProtocolVersion version, String clientIdentifier, String user, String password) {
        return new Connect(
                version,
                clientIdentifier,
                true,
                0,
                null,
                user,
                password == null ? null : password.getBytes(StandardCharsets.UTF_8),
                Properties.NONE);
    }

    private InetSocketAddress address(String listener) {
        return broker.addresses().get(List.of("shut", "open", "free").indexOf(listener));
    }

    private void write(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
