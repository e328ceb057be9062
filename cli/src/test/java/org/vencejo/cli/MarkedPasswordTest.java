package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.cli.MarkedBroker.MARK;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.passwords.HashKind;
import org.vencejo.broker.passwords.PasswordHash;
import org.vencejo.core.Authentication;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;

/// A password with a mark goes down every road that the broker has for one, at the level trace, and
/// the mark is found in no log, no `$SYS` topic, no process list and no text of an object. The
/// control arm puts it where it does show, and it is found there. [MarkedRoadsTest] goes the roads
/// that take TLS, WebSocket, a proxy, a Unix socket, a directory or several steps.
@Timeout(120)
@EnabledOnOs(value = OS.LINUX, disabledReason = "the process list is read from /proc")
class MarkedPasswordTest {
    @TempDir private Path folder;
    private Path passwords;
    private MarkedBroker broker;
    private MarkedService service;
    private int port;

    @BeforeEach
    void start() throws Exception {
        passwords = folder.resolve("passwords");
        assertThat(passwd("alice")).doesNotContain(MARK);
        service = new MarkedService();
        Path file =
                Files.writeString(
                        folder.resolve("vencejo.yaml"),
                        """
                        log-level: trace
                        sys-interval: 1s
                        durability: memory
                        data-folder: %s
                        authentication:
                          - file: %s
                          - {type: jwt, jwt: {algorithms: HS256, secret-file: %s}}
                          - {type: http, http: {url: '%s', authorization-file: %s}}
                        limits:
                          connect-timeout: 5s
                          authentication-delay-max: 100ms
                          authentication-failures-max: 30
                          authentication-ban-loopback: true
                        """
                                .formatted(
                                        folder.resolve("data"),
                                        passwords,
                                        Files.writeString(
                                                folder.resolve("secret"),
                                                MarkedToken.SECRET + "\n"),
                                        service.url(),
                                        Files.writeString(
                                                folder.resolve("own"), "Bearer " + MARK)));
        broker = MarkedBroker.start(file, "--port", "0");
        port = broker.ports().getFirst();
    }

    /// Gives `user` the marked password; returns all that is said, and what the process list shows.
    private String passwd(String user) throws Exception {
        Process passwd =
                MarkedBroker.vencejo(
                        "passwd",
                        passwords.toString(),
                        user,
                        "--password-file",
                        "-",
                        "--hash",
                        "bcrypt");
        String listed = MarkedBroker.listed(passwd);
        passwd.getOutputStream().write((MARK + "\n").getBytes(StandardCharsets.UTF_8));
        passwd.getOutputStream().close();
        String said =
                new String(passwd.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        + new String(
                                passwd.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(passwd.waitFor()).as(said).isZero();
        return said + listed;
    }

    @AfterEach
    void stop() {
        broker.close();
        service.close();
    }

    @Test
    void theMarkIsNowhere() throws Exception {
        String sys;
        try (Socket early = open();
                Socket watcher = open()) {
            watcher.getOutputStream().write(connect("watcher", "alice", MARK));
            assertThat(code(watcher)).isZero();
            watcher.getOutputStream().write(subscribe("$SYS/#"));
            watcher.getOutputStream().write(subscribe("control/#"));

            everyRoad();

            // Until the address is banned: one that is open already hears it, another is closed.
            while (isHeard(connect("guess", "alice", MARK + "?"))) {
                // each of them is one more
            }
            early.getOutputStream().write(connect("early", "alice", MARK));
            assertThat(endOf(early)).isIn(-1, 0x8A); // its time to CONNECT may be over
            sys = read(watcher, "authentication/bans\u0001", "authentication/bans1");
            controlOfTopics(watcher);
            sys += read(watcher, MARK, "control/arm");
        }
        Files.writeString(folder.resolve("secret"), MARK); // too short
        broker.signal("HUP");
        broker.await("secret: holds 18 bytes");
        Files.writeString(folder.resolve("own"), MARK + "\0");
        broker.signal("HUP");
        broker.await("own: its first line is no value of Authorization");
        broken("alice:" + MARK, "passwords:1:7: alice: not a hash");
        broken(MARK, "passwords:1:1: no colon");
        broken(":" + MARK, "passwords:1:1: no user name");
        broken("alice:$argon2id$v=19$m=1,t=1,p=1$" + MARK + "$x", "passwords:1:7: alice: m;");
        String listed = broker.listed();
        List<String> log = broker.stopped();

        assertThat(log).anyMatch(line -> line.contains("BAD_USER_NAME_OR_PASSWORD"));
        assertThat(log).anyMatch(line -> line.contains("is banned for"));
        assertThat(log).anyMatch(line -> line.contains("client control-" + MARK)); // control arm
        assertThat(log.stream().filter(MarkedBroker::shows))
                .allMatch(line -> line.contains("control-" + MARK));
        assertThat(sys).contains("authentication/wrong", "control/arm", MARK); // control arm
        assertThat(sys.replace("control/arm" + MARK, "")).doesNotContain(MARK);
        assertThat(listed).contains("vencejo.yaml").doesNotContain(MARK);
    }

    private void everyRoad() throws Exception {
        byte[] right = connect("right", "alice", MARK);
        assertThat(answer(right)).isZero();
        assertThat(answer(connect(ProtocolVersion.MQTT_3_1_1, "right", "alice", MARK))).isZero();
        assertThat(answer(connect("wrong", "alice", MARK + "!"))).isEqualTo(0x86);
        assertThat(answer(connect("stranger", "bob", MARK))).isEqualTo(0x86);
        assertThat(answer(connect("alone", null, MARK))).isEqualTo(0x86);
        assertThat(answer(connect(ProtocolVersion.MQTT_3_1, "wrong", "bob", MARK))).isEqualTo(4);
        assertThat(answer(withMethod("PLAIN", MARK))).isEqualTo(0x8C);
        tokens();
        assertThat(answer(connect("service-yes", "carol", MARK))).isZero();
        assertThat(answer(connect("service-500", "carol", MARK))).isEqualTo(0x88);
        assertThat(answer(connect("service-garbage", "carol", MARK))).isEqualTo(0x88);
        // The control arm of the log: what is no password shows.
        assertThat(answer(connect("control-" + MARK, "bob", "x"))).isEqualTo(0x86);

        byte[] reserved = right.clone();
        reserved[9] |= 1; // a flag that has to be 0
        assertThat(answer(reserved)).isEqualTo(0x81);
        byte[] trailing = Arrays.copyOf(right, right.length + 3);
        trailing[1] = (byte) (trailing[1] + 3); // bytes behind the password
        assertThat(answer(trailing)).isEqualTo(0x81);
        byte[] cut = right.clone();
        cut[1] = (byte) (cut[1] - 3); // a password that is longer than its packet
        assertThat(answer(cut)).isEqualTo(0x81);
        byte[] unknown = right.clone();
        unknown[8] = 9; // a version that nobody knows
        assertThat(answer(unknown)).isEqualTo(0x84);
        try (Socket twice = open()) {
            twice.getOutputStream().write(right);
            assertThat(code(twice)).isZero();
            twice.getOutputStream().write(right);
            assertThat(endOf(twice)).isEqualTo(0x82);
        }
        try (Socket half = open()) {
            half.getOutputStream().write(right, 0, right.length - 2);
            assertThat(endOf(half)).as("closed when its time is over").isEqualTo(-1);
        }
        try (Socket gone = open()) {
            gone.getOutputStream().write(right);
        }
        service.close();
        assertThat(answer(connect("service-yes", "carol", MARK))).isEqualTo(0x88);
    }

    /// One that is right, and ones whose signature is the mark, as a password and by a method.
    private void tokens() throws Exception {
        String right = MarkedToken.right();
        String wrong = MarkedToken.UNSIGNED + MARK;
        assertThat(answer(connect("token", null, right))).isZero();
        assertThat(answer(withMethod("OAUTH2-JWT", right))).isZero();
        assertThat(answer(connect("token", null, wrong))).isEqualTo(0x86);
        assertThat(answer(connect("token", null, MARK + "." + MARK + "." + MARK))).isEqualTo(0x86);
        assertThat(answer(withMethod("OAUTH2-JWT", wrong))).isEqualTo(0x86);
        assertThat(answer(withMethod("OAUTH2-JWT", MARK))).isEqualTo(0x86);
    }

    /// A file with mistakes, read at SIGHUP.
    private void broken(String text, String said) throws Exception {
        Files.writeString(passwords, text + "\n");
        broker.signal("HUP");
        broker.await(said);
    }

    private void controlOfTopics(Socket watcher) throws IOException {
        byte[] topic = "control/arm".getBytes(StandardCharsets.UTF_8);
        byte[] payload = MARK.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream publish = new ByteArrayOutputStream();
        publish.write(0x30);
        publish.write(2 + topic.length + 1 + payload.length);
        publish.write(0);
        publish.write(topic.length);
        publish.write(topic);
        publish.write(0);
        publish.write(payload);
        watcher.getOutputStream().write(publish.toByteArray());
    }

    @Test
    void noTextOfAnObjectHasIt() {
        byte[] password = MARK.getBytes(StandardCharsets.UTF_8);
        Connect connect =
                new Connect(
                        ProtocolVersion.MQTT_5,
                        "c",
                        true,
                        0,
                        null,
                        "alice",
                        password,
                        Properties.NONE);
        List<Object> objects = new ArrayList<>();
        objects.add(connect);
        objects.add(new Authentication.Credentials("c", "alice", password));
        objects.add(
                new Authentication.Step(
                        "c", "alice", password, "PLAIN", password, true, false, null));
        for (HashKind kind : HashKind.values()) {
            objects.add(kind.hash(password, new SecureRandom()));
        }
        for (String text : List.of(MARK, "$2b$" + MARK, "$7$" + MARK, "$6$" + MARK)) {
            try {
                objects.add(PasswordHash.of(text));
            } catch (RuntimeException refused) {
                objects.add(refused);
            }
        }
        assertThat(objects)
                .hasSize(3 + HashKind.values().length + 4)
                .allSatisfy(it -> assertThat(show(it)).isEmpty());
        assertThat(show(new Authentication.Credentials(MARK, "alice", password)))
                .as("the control arm")
                .contains(MARK);
    }

    /// The text of an object if it shows the mark, plain or as bytes.
    private static String show(Object it) {
        String text = it.toString();
        return MarkedBroker.shows(text) ? text : "";
    }

    // ---- words and bytes

    private static byte[] connect(String clientIdentifier, @Nullable String user, String password) {
        return connect(ProtocolVersion.MQTT_5, clientIdentifier, user, password);
    }

    private static byte[] connect(
            ProtocolVersion version,
            String clientIdentifier,
            @Nullable String user,
            String password) {
        return bytes(
                new Connect(
                        version,
                        clientIdentifier,
                        true,
                        0,
                        null,
                        user,
                        password.getBytes(StandardCharsets.UTF_8),
                        Properties.NONE));
    }

    private static byte[] withMethod(String method, String data) {
        byte[] mark = data.getBytes(StandardCharsets.UTF_8);
        return bytes(
                new Connect(
                        ProtocolVersion.MQTT_5,
                        "method",
                        true,
                        0,
                        null,
                        "alice",
                        mark,
                        Properties.builder()
                                .put(Property.AUTHENTICATION_METHOD, method)
                                .put(Property.AUTHENTICATION_DATA, mark)
                                .build()));
    }

    private static byte[] bytes(Connect connect) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(connect, connect.version(), out);
        return Arrays.copyOf(out.array(), out.readableBytes());
    }

    private static byte[] subscribe(String filter) {
        byte[] text = filter.getBytes(StandardCharsets.UTF_8);
        byte[] packet = new byte[8 + text.length];
        byte[] head = {(byte) 0x82, (byte) (6 + text.length), 0, 1, 0, 0, (byte) text.length};
        System.arraycopy(head, 0, packet, 0, head.length);
        System.arraycopy(text, 0, packet, head.length, text.length);
        return packet;
    }

    private Socket open() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        return socket;
    }

    private boolean isHeard(byte[] bytes) throws IOException {
        try (Socket socket = open()) {
            socket.getOutputStream().write(bytes);
            return socket.getInputStream().read() >= 0;
        } catch (SocketException reset) {
            return false;
        }
    }

    /// The code in the CONNACK that these bytes get.
    private int answer(byte[] bytes) throws IOException {
        try (Socket socket = open()) {
            socket.getOutputStream().write(bytes);
            return code(socket);
        }
    }

    private static int code(Socket socket) throws IOException {
        byte[] connack = packet(socket);
        assertThat(connack).isNotEmpty().startsWith(0x20);
        return connack[1] & 0xFF;
    }

    /// The type and the body of the next packet without its first byte; empty at the end.
    private static byte[] packet(Socket socket) throws IOException {
        int type = socket.getInputStream().read();
        if (type < 0) {
            return new byte[0];
        }
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = socket.getInputStream().read();
            length |= (digit & 0x7F) << shift;
            shift += 7;
        } while (digit >= 0x80);
        byte[] body = socket.getInputStream().readNBytes(length);
        byte[] packet = new byte[Math.max(2, body.length)];
        packet[0] = (byte) type;
        System.arraycopy(body, 1, packet, 1, Math.max(0, body.length - 1));
        if (type == 0xE0 && body.length > 0) {
            packet[1] = body[0];
        }
        return packet;
    }

    /// The code of the last packet before the end; -1 if there is none.
    private static int endOf(Socket socket) throws IOException {
        int last = -1;
        try {
            for (byte[] next = packet(socket); next.length > 0; next = packet(socket)) {
                last = next[1] & 0xFF;
            }
        } catch (SocketException reset) {
            return last;
        }
        return last;
    }

    /// All topics and payloads until one of these texts.
    private static String read(Socket socket, String either, String or) throws IOException {
        StringBuilder all = new StringBuilder();
        while (all.indexOf(either) < 0 && all.indexOf(or) < 0) {
            byte[] packet = packet(socket);
            assertThat(packet).isNotEmpty();
            if ((packet[0] & 0xF0) == 0x30) {
                int topic = packet[1] & 0xFF;
                all.append(new String(packet, 2, topic, StandardCharsets.UTF_8));
                int payload = 2 + topic + 1 + packet[2 + topic];
                all.append(
                                new String(
                                        packet,
                                        payload,
                                        packet.length - payload,
                                        StandardCharsets.UTF_8))
                        .append('\n');
            }
        }
        return all.toString();
    }
}
