package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.Visible;
import picocli.CommandLine;

/// The commands pub and sub against a broker in this process. Nothing runs at the same time: a
/// session that is kept, or a retained message, takes what is published from one command to the
/// next.
@Timeout(60)
class PubSubTest {
    @TempDir private static Path folder;
    private static RunningBroker broker;

    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeAll
    static void startBroker() {
        broker = RunningBroker.start(folder, 1);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @AfterEach
    void giveBack() {
        System.setErr(standardError);
    }

    @ParameterizedTest
    @ValueSource(strings = {"31", "311", "5"})
    void whatIsPublishedIsPrintedOnceAndInOrder(String version) {
        String session = "-V " + version + " -c -i lector" + version + " -q 2";
        assertThat(sub(session + " -t v" + version + "/# -E")).isZero();
        for (int qos = 1; qos <= 2; qos++) {
            assertThat(pub("", "-V " + version + " -t v" + version + "/a -q " + qos + " -m hola"))
                    .isZero();
        }
        assertThat(sub(session + " -t v" + version + "/# -C 2 -v")).isZero();
        assertThat(printed()).isEqualTo("v%s/a hola\nv%s/a hola\n".formatted(version, version));
    }

    @Test
    void eachLineOfTheInputIsAMessage() {
        String session = "-c -i lineas -q 1 -t lineas";
        assertThat(sub(session + " -E")).isZero();
        assertThat(pub("uno\n\ndos y medio", "-t lineas -q 1 -l")).isZero();
        assertThat(sub(session + " -C 3")).isZero();
        assertThat(printed()).isEqualTo("uno\n\ndos y medio\n");
    }

    @Test
    void theInputOrAFileIsOneMessageByteForByte() throws IOException {
        Path file = Files.write(folder.resolve("bytes"), new byte[] {0, (byte) 0xFF, '\n', 'x'});
        assertThat(pub("a\nb\n", "-t entrada -r -s")).isZero();
        assertThat(sub("-t entrada -C 1")).isZero();
        assertThat(printed()).isEqualTo("a\nb\n\n");
        assertThat(pub("", "-t archivo -r -f " + file)).isZero();
        assertThat(sub("-t archivo -C 1 -N")).isZero();
        assertThat(out.toByteArray()).containsExactly(0, 0xFF, '\n', 'x');
    }

    @Test
    void nothingClearsWhatIsRetained() {
        assertThat(pub("", "-t retenido -r -m algo")).isZero();
        assertThat(sub("-t retenido -C 1 -W 30")).isZero();
        assertThat(pub("", "-t retenido -r -n")).isZero();
        assertThat(pub("", "-t retenido/fin -r -m fin")).isZero();
        assertThat(sub("-t retenido/# -C 1 -v")).isZero();
        assertThat(printed()).isEqualTo("retenido/fin fin\n");
    }

    @Test
    void whatIsFilteredOutIsNotPrinted() {
        assertThat(pub("", "-t f/si -r -m si")).isZero();
        assertThat(pub("", "-t f/no/x -r -m no")).isZero();
        assertThat(sub("-t f/# -T f/no/# -C 1 -v")).isZero();
        assertThat(printed()).isEqualTo("f/si si\n");
        assertThat(sub("-t f/no/# -C 1 -v")).isZero();
        assertThat(printed()).as("it is there").isEqualTo("f/no/x no\n");
    }

    @Test
    void retainedMessagesCanBeLeftOut() {
        String session = "-c -i vivo -q 1 -t r/+";
        assertThat(pub("", "-t r/antes -r -m viejo")).isZero();
        assertThat(sub("-t r/+ -C 1")).isZero();
        assertThat(printed()).isEqualTo("viejo\n");
        assertThat(sub(session + " -E")).isZero();
        assertThat(pub("", "-t r/ahora -q 1 -m nuevo")).isZero();
        assertThat(sub(session + " -R -C 1")).isZero();
        assertThat(printed()).isEqualTo("nuevo\n");
    }

    @Test
    void onlyRetainedMessagesCanBeAskedFor() {
        String session = "-c -i sello -q 1 -t s/+";
        assertThat(sub(session + " -E")).isZero();
        assertThat(pub("", "-t s/vivo -q 1 -m vivo")).isZero();
        assertThat(sub(session + " --retained-only")).as("a live message ends it").isZero();
        assertThat(printed()).isEmpty();
    }

    @Test
    void whatIsPrintedCanBeRemovedFromTheServer() {
        for (String qos : List.of("0", "1", "2")) {
            assertThat(pub("", "-t viejo/a -r -q 1 -m a")).isZero();
            assertThat(pub("", "-t viejo/b -r -q 1 -m b")).isZero();
            String remove = "-t viejo/+ --retained-only --remove-retained -q " + qos;
            assertThat(sub(remove + " -T viejo/b -C 1")).isZero();
            assertThat(printed()).isEqualTo("a\n");
            assertThat(sub("-t viejo/+ -C 1")).isZero();
            assertThat(printed()).as("what is not printed stays").isEqualTo("b\n");
        }
        assertThat(sub("-t viejo/+ --remove-retained -R -C 1")).isEqualTo(64);
    }

    /// The subscriber is sent its own removals, too: not to be printed, and no end of what is
    /// retained.
    @ParameterizedTest
    @ValueSource(strings = {"", "--retained-only", "-V 311", "--retained-only -V 311"})
    void aRemovalIsNoMessage(String options) {
        assertThat(pub("", "-t viejo/a -r -q 1 -m a")).isZero();
        assertThat(pub("", "-t viejo/b -r -q 1 -m b")).isZero();
        assertThat(sub("-t viejo/+ --remove-retained -q 1 -W 1 " + options))
                .as("it ended by the time that it had")
                .isEqualTo(27);
        assertThat(printed().lines()).containsExactlyInAnyOrder("a", "b");
    }

    /// What the server says of itself is not for clients to remove.
    @ParameterizedTest
    @ValueSource(strings = {"-C 1", "-W 1 --retained-only"})
    void whoIsRefusedToRemoveIsToldSo(String end) {
        String version = "-t $SYS/broker/version -q 1 ";
        assertThat(sub(version + "-C 1")).as("it can be read").isZero();
        assertThat(sub(version + "--remove-retained " + end)).isEqualTo(1);
        assertThat(said()).contains("refused the message for $SYS/broker/version");
    }

    @Test
    void aSubscriptionCanBeGivenUp() {
        String session = "-c -i ya-no -q 1";
        assertThat(sub(session + " -t u/a -t u/b -E")).isZero();
        assertThat(sub(session + " -U u/a -E")).isZero();
        assertThat(pub("", "-t u/a -q 1 -m a")).isZero();
        assertThat(pub("", "-t u/b -q 1 -m b")).isZero();
        assertThat(sub(session + " -t u/b -C 1")).isZero();
        assertThat(printed()).isEqualTo("b\n");
    }

    @Test
    void theTimeIsOverWithItsOwnExitCode() {
        assertThat(sub("-t nada -W 0")).isEqualTo(27);
        assertThat(printed()).isEmpty();
        assertThat(pub("", "-t tarde -r -m algo")).isZero();
        assertThat(sub("-t tarde -W 0")).as("however much there is to print").isEqualTo(27);
        assertThat(printed()).isEmpty();
        assertThat(sub("-t tarde -W 60 -C 1")).isZero();
        assertThat(printed()).isEqualTo("algo\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-C 0",
                "-W -1",
                "-W 99999999999",
                "-F %z",
                "-V 311 --retain-as-published",
                "--will-qos 1",
                "-x 5 -i x -V 311"
            })
    void aFlagThatMakesNoSenseIsWrongUse(String flags) {
        assertThat(sub("-t a -E " + flags)).isEqualTo(64);
        assertThat(said()).hasLineCount(2).endsWith("sub --help shows how it is used\n");
        assertThat(sub("-t a -E -C 1 -W 4294967295 -F %t --retain-as-published")).isZero();
    }

    @Test
    void aServerThatIsNotThereIsOneLine() throws IOException {
        int nobody;
        try (var socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        String line = "-h 127.0.0.1 -p " + nobody + " -t a -m b";
        assertThat(run(new PubCommand(), line)).isEqualTo(1);
        assertThat(said())
                .startsWith("pub: cannot connect to 127.0.0.1:" + nobody + ": ")
                .hasLineCount(1);
        assertThat(run(new PubCommand(), line + " --quiet")).isEqualTo(1);
        assertThat(said()).isEmpty();
        // What is wrong use is told before anybody is asked to connect.
        assertThat(run(new PubCommand(), line.replace("-t a", "-t a/#"))).isEqualTo(64);
        assertThat(said().lines())
                .containsExactly(
                        "pub: a Topic Name has no wildcard, given was #",
                        "pub --help shows how it is used");
    }

    @Test
    void aFileThatCannotBeReadIsWrongUse() {
        Path none = folder.resolve("ninguno");
        assertThat(pub("", "-t a -f " + none)).isEqualTo(64);
        assertThat(said()).startsWith("pub: " + none + ": there is no such file\n");
        assertThat(pub("", "-t a -f " + folder)).isEqualTo(64);
        assertThat(said()).startsWith("pub: " + folder + ": this is a folder\n");
    }

    @Test
    void anEmptyMessageIsSeenBesideItsTopic() {
        String session = "-c -i vacio -q 1 -t vacio";
        for (String flags : List.of("-v", "-F %t=%p.", "-v -N", "-q 1")) {
            assertThat(sub(session + " -E")).isZero();
            assertThat(pub("", "-t vacio -q 1 -n")).isZero();
            assertThat(sub(session.replace("-q 1 ", "") + " -C 1 " + flags)).isZero();
            assertThat(printed())
                    .isEqualTo(
                            switch (flags) {
                                case "-v" -> "vacio (null)\n";
                                case "-v -N" -> "vacio (null)";
                                case "-q 1" -> "\n";
                                default -> "vacio=.\n";
                            });
        }
    }

    @Test
    void aMessageCanBeRepeated() {
        String session = "-c -i otra-vez -q 2 -t otra-vez";
        assertThat(sub(session + " -E")).isZero();
        assertThat(pub("", "-t otra-vez -q 2 -m eco --repeat 3 --repeat-delay 0.001")).isZero();
        assertThat(pub("", "-t otra-vez -q 2 -m fin")).isZero();
        assertThat(sub(session + " -C 4")).isZero();
        assertThat(printed()).isEqualTo("eco\neco\neco\nfin\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-t a",
                "-m b",
                "-t a -m b -n",
                "-t a -m b --nope",
                "-t a -m b --repeat 0",
                "-t a -m b --repeat-delay NaN",
                "-t a -l --repeat 2",
                "-t a -m b -D publish subscription-identifier 1"
            })
    void aMessageNeedsATopicAndOneSource(String line) {
        assertThat(pub("", line)).isEqualTo(64);
        assertThat(pub("", "-t a -m b")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-C 1", "-t a/#/b", "-t a -T b#"})
    void aSubscriptionNeedsATopicFilter(String line) {
        assertThat(sub(line)).isEqualTo(64);
    }

    @Test
    void withDebugEachPacketIsNamedAndNoSecretIs() {
        assertThat(pub("", "-t a -m secreto -u ana -P clave -q 1 -d")).isZero();
        assertThat(said())
                .contains("pub: sent Connect[", "received Connack[", "received Puback[")
                .doesNotContain("clave", "secreto");
    }

    private int pub(String input, String line) {
        var in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return run(new PubCommand(in), "-p " + broker.port() + " " + line);
    }

    /// A topic that would clear the screen and add a line of its own, on a terminal and in a pipe.
    @Test
    void onATerminalTopicsAreShownAndNotObeyed() {
        String topic = "mal\u001B[2J\nb";
        assertThat(pub("", "-r -m \u001B[1mhola -t " + topic)).isZero();
        for (String line : List.of("-v", "-F %t_%p")) {
            String all = "-p " + broker.port() + " -t mal\u001B[2J\nb/# -C 1 -N " + line;
            char between = line.equals("-v") ? ' ' : '_';
            assertThat(run(new SubCommand(out, (name, action) -> {}, Visible::text), all)).isZero();
            assertThat(printed()).isEqualTo("mal\\u001B[2J\\u000Ab" + between + "\u001B[1mhola");
            assertThat(run(new SubCommand(out, (name, action) -> {}), all)).isZero();
            assertThat(printed()).isEqualTo(topic + between + "\u001B[1mhola");
        }
    }

    private int sub(String line) {
        return run(new SubCommand(out, (name, action) -> {}), "-p " + broker.port() + " " + line);
    }

    private int run(Object command, String line) {
        out.reset();
        err.reset();
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        return Vencejo.run(new CommandLine(command), line.split(" "));
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
