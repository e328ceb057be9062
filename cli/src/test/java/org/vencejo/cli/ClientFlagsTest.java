package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.client.MqttOptions;
import org.vencejo.client.MqttTls;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.UserProperty;
import org.vencejo.protocol.Will;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/// What the flags of pub and sub ask of the client.
class ClientFlagsTest {
    @Command(name = "some")
    private static final class Some {
        @Mixin private ClientFlags client = new ClientFlags();
    }

    private static ClientFlags flags(String line) {
        var some = new Some();
        new CommandLine(some).parseArgs(line.isEmpty() ? new String[0] : line.split(" "));
        return some.client;
    }

    private static MqttOptions options(String line) {
        return flags(line).options();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 1883, false, ",
        "--cafile ca.pem, 8883, true, ",
        "--tls, 8883, true, ",
        "--tls-use-os-certs, 8883, true, ",
        "--ws, 8083, false, /mqtt",
        "--ws-path /x, 8083, false, /x",
        "--ws --tls, 8084, true, /mqtt",
        "--tls -p 1, 1, true, ",
        "-L mqtt://h/t, 1883, false, ",
        "-L mqtts://h/t, 8883, true, ",
        "-L ws://h/t, 8083, false, /mqtt",
        "-L wss://h/t, 8084, true, /mqtt",
        "-L wss://h:1/t --ws-path /x, 1, true, /x",
        "-L mqtt://h/t --cafile ca.pem, 8883, true, ",
    })
    void theDoorHasItsPort(String line, int port, boolean tls, String path) {
        MqttOptions options = options(line);
        assertThat(options.port()).isEqualTo(port);
        assertThat(options.tls() != null).isEqualTo(tls);
        assertThat(options.webSocketPath()).isEqualTo(path);
    }

    @Test
    void filesAndHostNamesOfTlsAreAsGiven() {
        assertThat(options("--cafile a --cert c --key k --key-password-file p --insecure").tls())
                .isEqualTo(
                        new MqttTls(Path.of("a"), Path.of("c"), Path.of("k"), Path.of("p"), false));
        assertThat(options("--tls").tls()).isEqualTo(MqttTls.ofJdk());
    }

    @ParameterizedTest
    @CsvSource({
        "--cert c --key k, '--cert and --insecure need --tls, --cafile, or a URL with TLS'",
        "--insecure, '--cert and --insecure need --tls, --cafile, or a URL with TLS'",
        "--unix s -h h, '--unix excludes -h, -p and -L'",
        "--unix s -p 1883, '--unix excludes -h, -p and -L'",
        "--unix s -L mqtt://h/t, '--unix excludes -h, -p and -L'",
        "--tls --key k, --key needs --cert",
        "--ws-path x, 'webSocketPath begins with /, given was x'",
        "-L http://h/t, '-L is mqtt://[user[:password]@]host[:port]/topic, or with mqtts, ws, wss, without -h and -p'"
    })
    void whatDoesNotGoTogetherIsRefused(String line, String sentence) {
        assertThatThrownBy(() -> options(line))
                .isInstanceOf(ParameterException.class)
                .hasMessage(sentence);
    }

    @Test
    void withoutFlagsAServerOnThisMachineIsMeant() {
        MqttOptions options = options("");
        assertThat(options.host()).isEqualTo("localhost");
        assertThat(options.port()).isEqualTo(1883);
        assertThat(options.version()).isEqualTo(ProtocolVersion.MQTT_5);
        assertThat(options.clientIdentifier()).isEmpty();
        assertThat(options.cleanStart()).isTrue();
        assertThat(options.keepAlive()).isEqualTo(60);
        assertThat(options.sessionExpiryInterval()).isZero();
        assertThat(options.userName()).isNull();
        assertThat(options.will()).isNull();
    }

    @Test
    void whereAndWho() {
        MqttOptions options = options("-h ejemplo.net -p 2883 -i yo -u ana -P clave -k 5");
        assertThat(options.host()).isEqualTo("ejemplo.net");
        assertThat(options.port()).isEqualTo(2883);
        assertThat(options.clientIdentifier()).isEqualTo("yo");
        assertThat(options.userName()).isEqualTo("ana");
        assertThat(options.password()).isEqualTo("clave".getBytes(StandardCharsets.UTF_8));
        assertThat(options.keepAlive()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({
        "31, MQTT_3_1", "mqttv31, MQTT_3_1",
        "311, MQTT_3_1_1", "mqttv311, MQTT_3_1_1",
        "5, MQTT_5", "mqttv5, MQTT_5"
    })
    void versionsHaveTwoNames(String given, ProtocolVersion version) {
        assertThat(options("-V " + given).version()).isEqualTo(version);
    }

    @Test
    void aPasswordCanStandInTheFirstLineOfAFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("clave");
        for (String text : List.of("cláve", "cláve\n", "cláve\r\notra\n")) {
            Files.writeString(file, text);
            assertThat(options("-u ana --pw-file " + file).password())
                    .isEqualTo("cláve".getBytes(StandardCharsets.UTF_8));
        }
        Files.write(file, new byte[] {(byte) 0xFF, 0});
        assertThat(options("-u ana --pw-file " + file).password()).containsExactly(0xFF, 0);
        Files.writeString(file, "");
        assertThat(options("-u ana --pw-file " + file).password()).isEmpty();
        for (String both : List.of("-P x", "-L mqtt://ana:x@a/b")) {
            assertThatThrownBy(() -> options("-u ana " + both + " --pw-file " + file))
                    .as(both)
                    .isInstanceOf(ParameterException.class)
                    .hasMessageContaining("--pw-file");
        }
        assertThatThrownBy(() -> options("-u ana --pw-file " + folder.resolve("ninguna")))
                .isInstanceOf(ParameterException.class)
                .hasMessageEndingWith("there is no such file");
    }

    @Test
    void withScramThePasswordIsShownAndNotSent() {
        for (String line : List.of("-u ana -P clave", "-L mqtt://ana:clave@h/t")) {
            MqttOptions options = options("--scram " + line);
            assertThat(options.authentication()).hasToString("MqttScram[SCRAM-SHA-256, ana]");
            assertThat(options.userName()).isNull();
            assertThat(options.password()).isNull();
            assertThat(options(line).authentication()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--scram, '--scram needs a user name and a password: -u NAME --pw-file FILE'",
        "--scram -u ana, '--scram needs a user name and a password: -u NAME --pw-file FILE'",
        "--scram -P clave, '--scram needs a user name and a password: -u NAME --pw-file FILE'",
        "--scram -u ana -P clave -V 311, '--scram needs -V 5, given was MQTT_3_1_1'",
        "--scram -u ana -L mqtt://ana:@h/t, 'SCRAM-SHA-256 needs a password, given was an empty one'",
    })
    void scramNeedsANameAPasswordAndMqtt5(String line, String sentence) {
        assertThatThrownBy(() -> options(line))
                .isInstanceOf(ParameterException.class)
                .hasMessage(sentence);
    }

    @Test
    void theClientIdentifierCanBeMadeOfAPrefix() {
        assertThat(options("-I sala-").clientIdentifier())
                .isEqualTo("sala-" + ProcessHandle.current().pid());
    }

    @Test
    void flagsThatMosquittoHasAndThatChangeNothingAreAccepted() {
        assertThat(options("--nodelay --quiet").host()).isEqualTo("localhost");
    }

    @Test
    void in31TheClientHasToNameItself() {
        assertThat(options("-V 31").clientIdentifier()).startsWith("vencejo-");
    }

    @Test
    void aSessionIsKeptForEverOrAsLongAsAsked() {
        MqttOptions kept = options("-c -i yo");
        assertThat(kept.cleanStart()).isFalse();
        assertThat(kept.sessionExpiryInterval()).isEqualTo(0xFFFF_FFFFL);
        assertThat(kept.foreignSessionAccepted()).isTrue();
        assertThat(options("-c -i yo -x 30").sessionExpiryInterval()).isEqualTo(30);
        MqttOptions begun = options("-i yo -x 30");
        assertThat(begun.cleanStart()).isTrue();
        assertThat(begun.sessionExpiryInterval()).isEqualTo(30);
    }

    @Test
    void aPasswordOrAWillThatIsTooLongIsWrongUse() {
        String most = "x".repeat(65_535);
        assertThat(options("-u ana -P " + most).password()).hasSize(65_535);
        assertThat(options("--will-topic a --will-payload " + most).will()).isNotNull();
        for (String line : List.of("-u ana -P ", "--will-topic a --will-payload ")) {
            assertThatThrownBy(() -> options(line + most + "x"))
                    .isInstanceOf(ParameterException.class)
                    .hasMessageContaining("65535");
        }
    }

    @Test
    void aWillHasTopicPayloadQosAndRetain() {
        Will will =
                options(
                                "--will-topic adios --will-payload ya --will-qos 2 --will-retain"
                                        + " -D will will-delay-interval 3")
                        .will();
        assertThat(will).isNotNull();
        assertThat(will.topicName()).hasToString("adios");
        assertThat(will.payload().toByteArray()).asString().isEqualTo("ya");
        assertThat(will.qos()).isEqualTo(QoS.EXACTLY_ONCE);
        assertThat(will.retain()).isTrue();
        assertThat(will.properties().number(Property.WILL_DELAY_INTERVAL, 0)).isEqualTo(3);
    }

    @Test
    void aUrlNamesServerUserAndTopic() {
        ClientFlags flags = flags("-L mqtt://ana:clave@ejemplo.net:2883/a/b");
        MqttOptions options = flags.options();
        assertThat(options.host()).isEqualTo("ejemplo.net");
        assertThat(options.port()).isEqualTo(2883);
        assertThat(options.userName()).isEqualTo("ana");
        assertThat(options.password()).isEqualTo("clave".getBytes(StandardCharsets.UTF_8));
        assertThat(flags.topicOfUrl()).isEqualTo("a/b");
        assertThat(options("-L mqtt://ejemplo.net/a").port()).isEqualTo(1883);
    }

    @Test
    void propertiesGoToTheirPackets() {
        ClientFlags flags =
                flags(
                        "-D publish content-type text/plain -D publish user-property a b"
                                + " -D publish user-property a c -D connect receive-maximum 7"
                                + " -D connect request-problem-information 0"
                                + " -D subscribe subscription-identifier 42");
        Properties publish = flags.properties(PacketType.PUBLISH);
        assertThat(publish.text(Property.CONTENT_TYPE)).isEqualTo("text/plain");
        assertThat(publish.userProperties())
                .containsExactly(new UserProperty("a", "b"), new UserProperty("a", "c"));
        assertThat(flags.properties(PacketType.SUBSCRIBE).subscriptionIdentifiers())
                .containsExactly(42);
        MqttOptions options = flags.options();
        assertThat(options.receiveMaximum()).isEqualTo(7);
        assertThat(options.properties().has(Property.REQUEST_PROBLEM_INFORMATION)).isTrue();
    }

    @Test
    void aPropertyReachesAsFarAsTheStandardLetsIt() {
        assertThat(options("-D connect maximum-packet-size 4294967295").maximumPacketSize())
                .isEqualTo(DecoderLimits.PACKET_SIZE_MAX);
        assertThat(options("-D connect receive-maximum 65535").receiveMaximum()).isEqualTo(65_535);
        assertThatThrownBy(() -> options("-D connect receive-maximum 0"))
                .hasMessage("receive-maximum is 1 to 65535, given was 0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-V 4",
                "-q 3",
                "-q x",
                "-p puerto",
                "-p 70000",
                "-k -1",
                "-c",
                "-x 5",
                "-x -1 -i yo",
                "-i yo -x 5 -V 311",
                "-V 311 -D publish content-type x",
                "-D connect session-expiry-interval 100",
                "-i a -I b",
                "--will-qos 1",
                "--will-retain",
                "-D will will-delay-interval 3",
                "--will-payload x",
                "--will-topic a/#",
                "-V 311 -P clave",
                "-L http://a/b",
                "-L mqtt://a/b -h c",
                "-D publish content-type",
                "-D publish no-such-thing 1",
                "-D publish receive-maximum 1",
                "-D pingreq content-type x",
                "-D connect receive-maximum 65536",
                "-D connect receive-maximum 0",
                "-D connect maximum-packet-size 4294967296",
                "-D subscribe subscription-identifier 268435456",
                "-D connect receive-maximum x",
                "-D publish user-property a",
                "-D connect authentication-method x"
            })
    void wrongUseIsRefused(String line) {
        assertThatThrownBy(() -> options(line)).as(line).isInstanceOf(ParameterException.class);
    }
}
