package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `vencejo sessions` and `vencejo sessions end`: their lines and exit codes, without a broker and
/// with one.
@Timeout(60)
class SessionsCommandTest {
    @RegisterExtension final Console console = new Console();

    @TempDir private Path folder;

    @Test
    void whoHasASessionIsListedAndHasNoneWhenThatIsEnded() {
        try (RunningBroker broker = RunningBroker.start(folder, 1, "durability=memory")) {
            String data = folder.resolve("data").toString();
            assertThat(list(data)).isZero();
            assertThat(console.out()).isEmpty();
            assertThat(console.err()).isEqualTo("vencejo: there is no such session\n");

            leave(broker, "guardia", "a/#");
            leave(broker, "guardia 2", "a/#", "-V", "311");
            leave(broker, "mal\u001B[2J\to\n", "b", "-u", "e\tva", "-x", "500");
            publish(broker, "a/1");
            publish(broker, "a/1");

            assertThat(list(data)).isZero();
            assertThat(console.err()).isEmpty();
            assertThat(console.out())
                    .matches(
                            """
                            guardia	no user	away	subscriptions 1	queued 2	in flight 0	does not expire
                            guardia 2	no user	away	subscriptions 1	queued 2	in flight 0	does not expire
                            mal\\\\u001B\\[2J\\\\u0009o\\\\u000A	user e\\\\u0009va	away	subscriptions 1	queued 0	in flight 0	expires in (500|49\\d|48\\d) s
                            """);

            assertThat(list(data, "--prefix", "guardia", "--away", "--most", "1")).isZero();
            assertThat(console.out()).startsWith("guardia\t").hasLineCount(1);
            assertThat(console.err())
                    .startsWith("vencejo: there are more than these 1; --most lists more, ");
            assertThat(list(data, "--connected")).isZero();
            assertThat(console.out()).isEmpty();
            assertThat(list(data, "--user", "ana")).isZero();
            assertThat(console.out()).isEmpty();
            assertThat(list(data, "--user", "e\tva")).isZero();
            assertThat(console.out()).startsWith("mal").hasLineCount(1);

            assertThat(end(data, "nadie", "guardia")).isEqualTo(1);
            assertThat(console.out()).isEqualTo("the session of guardia has ended\n");
            assertThat(console.err()).isEqualTo("vencejo: nadie has no session\n");
            assertThat(end(data, "guardia")).isEqualTo(1);
            // As it stands in the list; the folder may stand before the word as well.
            String shown = "mal\\u001B[2J\\u0009o\\u000A";
            assertThat(console.run("sessions", "--data-folder", data, "end", shown)).isZero();
            assertThat(console.out()).isEqualTo("the session of " + shown + " has ended\n");
            assertThat(list(data)).isZero();
            assertThat(console.out()).startsWith("guardia 2\t").hasLineCount(1);
        }
    }

    /// A name that has the letters of what is shown of another.
    @Test
    void whoIsCalledAsAnotherIsShownGoesFirst() {
        try (RunningBroker broker = RunningBroker.start(folder, 1, "durability=memory")) {
            String data = folder.resolve("data").toString();
            leave(broker, "a\u001B", "b");
            leave(broker, "a\\u001B", "a");
            publish(broker, "a");

            assertThat(end(data, "a\\u001B")).isZero();
            assertThat(list(data)).isZero();
            assertThat(console.out()).startsWith("a\\u001B\t").contains("queued 0");
            assertThat(end(data, "a\\u001B")).isZero();
            assertThat(end(data, "a\\u001B")).isEqualTo(1);
        }
    }

    /// The longest that MQTT allows, and a short one.
    @ParameterizedTest
    @CsvSource({"é, 32767", "a, 65535", "a, 1"})
    void aNameOfAnyLengthIsEnded(String letter, int times) {
        String name = letter.repeat(times);
        try (RunningBroker broker = RunningBroker.start(folder, 1, "durability=memory")) {
            String data = folder.resolve("data").toString();
            leave(broker, name, "a");
            assertThat(list(data, "--prefix", name)).isZero();
            assertThat(console.out()).startsWith(name + "\t").hasLineCount(1);

            assertThat(end(data, name)).isZero();
            assertThat(list(data)).isZero();
            assertThat(console.out()).isEmpty();
        }
    }

    @Test
    void wrongUseAndNoBrokerAreTold() throws IOException {
        String free = Files.createDirectory(folder.resolve("free")).toString();
        assertThat(list(free)).isEqualTo(2);
        assertThat(console.err())
                .isEqualTo("vencejo: no broker runs on the data folder '" + free + "'\n");
        assertThat(end(free, "c")).isEqualTo(2);
        assertThat(console.err())
                .isEqualTo("vencejo: no broker runs on the data folder '" + free + "'\n");
        assertThat(list(free + "/none")).isEqualTo(2);
        assertThat(console.err()).startsWith("vencejo: there is no data folder '");

        assertThat(end(free)).isEqualTo(64);
        assertThat(console.err())
                .startsWith("vencejo sessions end: Missing required parameter: 'CLIENT'");
        assertThat(list(free, "--connected", "--away")).isEqualTo(64);
        assertThat(console.err())
                .startsWith("vencejo sessions: --connected and --away exclude each other\n");
        assertThat(list(free, "--most", "-1")).isEqualTo(64);
        assertThat(console.err())
                .startsWith(
                        "vencejo sessions: expected a number of lines behind --most, given was -1\n");

        Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "data-foldr: x\n");
        assertThat(console.run("sessions", "--config", wrong.toString())).isEqualTo(78);
        assertThat(console.run("sessions", "end", "c", "--config", wrong.toString())).isEqualTo(78);
        assertThat(console.run("sessions", "end", "--help")).isZero();
        assertThat(console.out()).contains("vencejo sessions end sensor-7");
    }

    private int list(String data, String... more) {
        return console.run(words("sessions", data, more));
    }

    private int end(String data, String... clients) {
        String[] words = words("end", data, clients);
        String[] all = new String[words.length + 1];
        System.arraycopy(words, 0, all, 1, words.length);
        all[0] = "sessions";
        return console.run(all);
    }

    private static String[] words(String word, String data, String... more) {
        String[] words = new String[3 + more.length];
        System.arraycopy(new String[] {word, "--data-folder", data}, 0, words, 0, 3);
        System.arraycopy(more, 0, words, 3, more.length);
        return words;
    }

    /// A client that subscribes and goes; its session stays.
    private void leave(RunningBroker broker, String client, String topic, String... more) {
        String[] words = {
            "sub", "-p", "" + broker.port(), "-i", client, "-c", "-q", "1", "-E", "-t", topic
        };
        String[] all = new String[words.length + more.length];
        System.arraycopy(words, 0, all, 0, words.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        assertThat(console.run(all)).as(console.err()).isZero();
    }

    private void publish(RunningBroker broker, String topic) {
        assertThat(console.run("pub", "-p", "" + broker.port(), "-t", topic, "-m", "x", "-q", "1"))
                .isZero();
    }
}
