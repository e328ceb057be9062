package org.vencejo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.passwords.HashKind;
import org.vencejo.client.MqttAuthentication;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttMessage;
import org.vencejo.client.MqttOptions;
import org.vencejo.client.MqttScram;
import org.vencejo.client.MqttToken;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import picocli.CommandLine;

/// Enhanced authentication of the library, of pub and of sub, against the broker over sockets, with
/// one loop and with three.
@Timeout(120)
@ParameterizedClass
@ValueSource(ints = {1, 3})
class ScramWithBrokerTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String SECRET = "a secret of thirty-two bytes....";

    @Parameter private int ioThreads;
    @TempDir private Path folder;

    private RunningBroker broker;
    private final List<MqttClient> clients = new ArrayList<>();
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void start() throws IOException {
        write(user("ana", "clave"), user("ñandú", "contraseña"), user("a=,b", "x"));
        broker =
                RunningBroker.start(
                        folder,
                        ioThreads,
                        "durability=memory",
                        "limits.authentication-delay-max=0",
                        "authentication=[{file: '%s'}, {type: jwt, jwt: {algorithms: HS256, audience: mqtt, secret-file: '%s'}}]"
                                .formatted(
                                        passwords(),
                                        Files.writeString(
                                                folder.resolve("secret"), SECRET + "\n")));
    }

    @AfterEach
    void stop() {
        System.setErr(standardError);
        clients.forEach(MqttClient::close);
        broker.close();
    }

    private Path passwords() {
        return folder.resolve("passwords");
    }

    private void write(String... lines) throws IOException {
        Files.write(passwords(), List.of(lines));
        Files.setPosixFilePermissions(passwords(), PosixFilePermissions.fromString("rw-------"));
    }

    private static String user(String name, String password) {
        HashKind kind = HashKind.SCRAM_SHA_256;
        return name + ":" + kind.hash(password.getBytes(UTF_8), new SecureRandom()).text();
    }

    private static MqttScram scram(String user, String password) {
        return MqttScram.sha256(user, password.getBytes(UTF_8));
    }

    private MqttClient client(int port, String identifier, MqttAuthentication how) {
        MqttOptions options =
                MqttOptions.builder()
                        .host("127.0.0.1")
                        .port(port)
                        .clientIdentifier(identifier)
                        .cleanStart(false)
                        .sessionExpiryInterval(60)
                        .authentication(how)
                        .build();
        var client = new MqttClient(options);
        clients.add(client);
        return client;
    }

    private MqttClient client(MqttAuthentication how) {
        return client(broker.port(), "c", how);
    }

    private static MqttException failure(Runnable call) {
        MqttException failure = catchThrowableOfType(MqttException.class, call::run);
        assertThat(failure).as("failure").isNotNull();
        return failure;
    }

    // ---- the library ----

    @ParameterizedTest
    @CsvSource({
        "ana,    clave,       true",
        "ana,    Clave,       false",
        "ñandú,  contraseña,  true",
        "nandu\u0303, contraseña, false",
        "ñandu\u0301, contrasen\u0303a, true", // the same, composed otherwise
        "'a=,b', x,           true",
        "nadie,  clave,       false",
    })
    void whoKnowsThePasswordIsLetIn(String user, String password, boolean in) {
        MqttClient client = client(scram(user, password));
        if (in) {
            Properties connack = client.connect().properties();
            assertThat(connack.text(Property.AUTHENTICATION_METHOD)).isEqualTo("SCRAM-SHA-256");
            assertThat(client.publish("t", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        } else {
            MqttException refused = failure(client::connect);
            assertThat(refused.reasonCode()).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
            assertThat(refused.sentence())
                    .isEqualTo(
                            "the server refused the connection: BAD_USER_NAME_OR_PASSWORD (0x86)");
        }
    }

    @Test
    void aClientThatComesBackShowsItAgainAndGoesOnWithItsSession() {
        MqttClient client = client(scram("ana", "clave"));
        client.connect();
        client.subscribe("t", QoS.AT_LEAST_ONCE);
        MqttClient usurper = client(scram("ana", "clave"));
        failure(usurper::connect); // its session is not known to it, and it goes again
        assertThat(failure(() -> client.receive(LONG)).reasonCode())
                .isEqualTo(ReasonCode.SESSION_TAKEN_OVER);

        assertThat(client.connect(false).sessionPresent()).isTrue();

        client.publish("t", "sigue", QoS.AT_LEAST_ONCE);
        assertThat(text(client)).isEqualTo("sigue");
    }

    @Test
    void aClientAuthenticatesAgainWhileAllElseGoesOn() throws Exception {
        MqttClient client = client(scram("ana", "clave"));
        client.connect();
        client.subscribe("t", QoS.AT_LEAST_ONCE);
        CompletableFuture<Properties> again = client.reauthenticateAsync();
        client.publish("t", "entretanto", QoS.AT_LEAST_ONCE);
        assertThat(text(client)).isEqualTo("entretanto");
        assertThat(again.get(60, TimeUnit.SECONDS).text(Property.AUTHENTICATION_METHOD))
                .isEqualTo("SCRAM-SHA-256");
        client.reauthenticate();
        client.publish("t", "después", QoS.AT_LEAST_ONCE);
        assertThat(text(client)).isEqualTo("después");
    }

    @Test
    void aPasswordThatChangesIsAskedForAnew() throws IOException {
        MqttClient client = client(scram("ana", "clave"));
        client.connect();
        write(user("ana", "otra"));
        broker.broker().reload();
        assertThat(failure(() -> client.receive(LONG)).reasonCode())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(failure(client::connect).reasonCode())
                .isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(client(broker.port(), "d", scram("ana", "otra")).connect()).isNotNull();
    }

    @Test
    void aServerThatHasNoSuchUsersSaysSo(@TempDir Path other) throws IOException {
        Path plain = other.resolve("passwords");
        Files.writeString(
                plain,
                "ana:" + HashKind.BCRYPT.hash("clave".getBytes(UTF_8), new SecureRandom()).text());
        try (RunningBroker without =
                RunningBroker.start(
                        other,
                        ioThreads,
                        "durability=memory",
                        "authentication=[{file: '%s'}]".formatted(plain))) {
            MqttClient client = client(without.port(), "c", scram("ana", "clave"));
            MqttException refused = failure(client::connect);
            assertThat(refused.reasonCode()).isEqualTo(ReasonCode.BAD_AUTHENTICATION_METHOD);
            assertThat(refused.sentence())
                    .startsWith(
                            "the server refused the connection: BAD_AUTHENTICATION_METHOD (0x8C)")
                    .endsWith("; it was asked for SCRAM-SHA-256");
        }
    }

    @Test
    void aTokenIsRenewedBeforeItEnds() throws Exception {
        List<byte[]> tokens = new ArrayList<>(List.of(token("ana", 3_600), token("ana", 7_200)));
        MqttClient client = client(MqttToken.jwt(tokens::removeFirst));
        client.connect();
        client.reauthenticate();
        assertThat(tokens).isEmpty();
        // The next is nowhere to be had: the connection goes on with what it has.
        assertThat(failure(client::reauthenticate).sentence())
                .startsWith("the authentication by OAUTH2-JWT failed: ");
        assertThat(client.publish("t", "x", QoS.AT_LEAST_ONCE)).isEqualTo(ReasonCode.SUCCESS);
        tokens.add(token("ana", -3_600));
        assertThat(failure(client::reauthenticate).reasonCode())
                .isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(failure(client::receive).reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
    }

    private static byte[] token(String user, long seconds) throws Exception {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        long end = Instant.now().getEpochSecond() + seconds;
        String signed =
                base64.encodeToString("{\"alg\":\"HS256\"}".getBytes(UTF_8))
                        + "."
                        + base64.encodeToString(
                                "{\"sub\":\"%s\",\"exp\":%d,\"aud\":\"mqtt\"}"
                                        .formatted(user, end)
                                        .getBytes(UTF_8));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
        String signature = base64.encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
        return (signed + "." + signature).getBytes(UTF_8);
    }

    private static String text(MqttClient client) {
        MqttMessage message = client.receive(LONG);
        return message == null ? null : message.text();
    }

    // ---- pub and sub ----

    @Test
    void pubAndSubShowThePasswordAndDoNotSendIt() throws IOException {
        Path file = Files.writeString(folder.resolve("clave.txt"), "clave\n");
        String who = " --scram -u ana --pw-file " + file;
        assertThat(pub(broker.port(), "-t r -m hola -r -q 1 -d" + who)).isZero();
        assertThat(said())
                .contains("sent Connect[", "received Auth[", "sent Auth[", "received Connack[")
                .doesNotContain("clave");
        assertThat(sub(broker.port(), "-t r -C 1 -W 60" + who)).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("hola\n");
        // The password itself is another way in.
        assertThat(pub(broker.port(), "-t r -m x -u ana --pw-file " + file)).isZero();
    }

    @Test
    void aWrongPasswordIsOneLine() {
        assertThat(pub(broker.port(), "-t r -m x --scram -u ana -P Clave")).isEqualTo(1);
        assertThat(said())
                .isEqualTo(
                        "pub: the server refused the connection: BAD_USER_NAME_OR_PASSWORD"
                                + " (0x86)\n");
        assertThat(pub(broker.port(), "-t r -m x --scram -u ana -P clave")).isZero();
    }

    /// Who stands in for the server may let in whom it likes: nobody speaks with it, and it has not
    /// seen the password.
    @ParameterizedTest
    @CsvSource({
        "v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, its signature is not made of it",
        ", it gave no signature",
    })
    void aServerThatDoesNotKnowThePasswordIsNotSpokenWith(String last, String why)
            throws IOException {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        try (ScriptedPeer impostor =
                ScriptedPeer.start(peer -> {
                    byte[] connect = peer.receive();
                    seen.write(connect);
                    String first = new String(connect, UTF_8);
                    int nonce = first.indexOf(",r=") + 3;
                    String serverFirst =
                            "r=%s+,s=QSXCR+Q6sek8bf92,i=4096"
                                    .formatted(first.substring(nonce, nonce + 24));
                    peer.send(packet(0xF0, new byte[] {0x18}, serverFirst));
                    seen.write(peer.receive());
                    peer.send(packet(0x20, new byte[] {0, 0}, last));
                    byte[] end = peer.receive();
                    assertThat(end).containsExactly(0xE0, 0x80);
                    peer.awaitClose();
                })) {
            assertThat(pub(impostor.port(), "-t r -m secreto --scram -u ana -P clave"))
                    .isEqualTo(1);
            assertThat(said())
                    .isEqualTo(
                            "pub: the server did not show that it knows the password, so it may be"
                                    + " another: "
                                    + why
                                    + "\n");
            impostor.join();
        }
        assertThat(seen.toString(UTF_8)).contains("n,,n=ana,r=", ",p=").doesNotContain("clave");
    }

    // A packet with the method, and these data if there are some.
    private static byte[] packet(int type, byte[] begin, String data) {
        byte[] method = "SCRAM-SHA-256".getBytes(UTF_8);
        var properties = new ByteArrayOutputStream();
        properties.writeBytes(new byte[] {0x15, 0, (byte) method.length});
        properties.writeBytes(method);
        if (data != null) {
            properties.writeBytes(new byte[] {0x16, 0, (byte) data.length()});
            properties.writeBytes(data.getBytes(UTF_8));
        }
        var packet = new ByteArrayOutputStream();
        packet.write(type);
        packet.write(begin.length + 1 + properties.size()); // below 128
        packet.writeBytes(begin);
        packet.write(properties.size());
        packet.writeBytes(properties.toByteArray());
        return packet.toByteArray();
    }

    private int pub(int port, String line) {
        return run(new PubCommand(new ByteArrayInputStream(new byte[0])), port, line);
    }

    private int sub(int port, String line) {
        return run(new SubCommand(out, (name, action) -> {}), port, line);
    }

    private int run(Object command, int port, String line) {
        out.reset();
        err.reset();
        System.setErr(new PrintStream(err, true, UTF_8));
        return Vencejo.run(
                new CommandLine(command), ("-h 127.0.0.1 -p " + port + " " + line).split(" "));
    }

    private String said() {
        return err.toString(UTF_8);
    }
}
