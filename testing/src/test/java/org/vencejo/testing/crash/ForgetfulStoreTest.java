package org.vencejo.testing.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.testing.disk.FaultyDiskLibrary;
import org.vencejo.testing.house.Checkout;

/// The crash tester proves that it can fail: a broker whose store forgets one thing is caught by
/// the rule that is about it. The control arm is [CrashTest].
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGKILL")
class ForgetfulStoreTest {
    private static final int KILLS = 40;

    @TempDir private Path folder;

    /// A mistake in a source of the store: the words that it replaces, and what may be seen of it.
    enum Mistake {
        DURABLE_BEFORE_IT_IS_WRITTEN(
                "DiskJournal",
                "appended.add(new Batch(upTo, batch, to));",
                "appended.add(new Batch(upTo, batch, to)); to.durable(upTo);",
                EnumSet.complementOf(EnumSet.of(Rule.ANSWERS))),
        IDENTIFIER_FORGOTTEN(
                "MutationWriter",
                """
                                Keys.taken(batch.key(), m.session(), m.packetIdentifier());
                                batch.value();
                                batch.put(Family.SESSIONS);
                """,
                "",
                EnumSet.of(Rule.EXACTLY_ONCE)),
        PUBREC_FORGOTTEN(
                "MutationWriter",
                """
                        value.writeShort(m.packetIdentifier());
                        Records.writeNumber(m.place(), value);
                        batch.put(Family.SESSIONS);
                """,
                "batch.delete(Family.SESSIONS); session.forgetReleased(m.sequence());",
                EnumSet.of(Rule.EXACTLY_ONCE)),
        UNSUBSCRIBE_FORGOTTEN(
                "MutationWriter",
                """
                                Keys.subscription(batch.key(), m.session(), m.topicFilter());
                                batch.delete(Family.SESSIONS);
                """,
                "",
                EnumSet.of(Rule.SUBSCRIPTIONS)),
        SUBSCRIBE_FORGOTTEN(
                "MutationWriter",
                """
                                        m.subscription(), m.subscriptionIdentifier(), batch.value());
                                batch.put(Family.SESSIONS);
                """,
                "m.subscription(), m.subscriptionIdentifier(), batch.value());"
                        + " batch.delete(Family.SESSIONS);",
                EnumSet.of(Rule.SUBSCRIPTIONS, Rule.ACKNOWLEDGED_IS_KEPT)),
        END_OF_A_WILL_FORGOTTEN(
                "MutationWriter",
                """
                        session.hasWill = false;
                        Keys.session(batch.key(), session.number, Keys.WILL);
                        batch.delete(Family.SESSIONS);
                """,
                "",
                EnumSet.of(Rule.WILL_ONCE)),
        RETAINED_NOT_REMOVED(
                "MutationWriter",
                """
                                batch.key().writeBytes(m.topicName().utf8());
                                batch.delete(Family.RETAINED);
                """,
                "",
                EnumSet.of(Rule.RETAINED));

        private final String source;
        private final String words;
        private final String instead;
        private final Set<Rule> rules;

        Mistake(String source, String words, String instead, Set<Rule> rules) {
            this.source = source;
            this.words = words;
            this.instead = instead;
            this.rules = rules;
        }

        private Path file() {
            return Path.of("storage/src/main/java/org/vencejo/storage", source + ".java");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeFitsTheSources(Mistake mistake) throws IOException {
        String text = Files.readString(Checkout.root().resolve(mistake.file()));
        assertThat(text).containsOnlyOnce(mistake.words);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    @Timeout(600)
    void aMistakeIsCaught(Mistake mistake) throws IOException {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
        Path classes = compiled(mistake);
        Path run = Files.createDirectory(folder.resolve("run"));
        CrashTester.Setup setup =
                new CrashTester.Setup(1, KILLS, run, List.of("durability=fsync", "sys-interval=1s"))
                        .with(classes);
        // What is written and not acknowledged is rare but while a sync is held.
        try (HeldDisk disk = new HeldDisk(run, false);
                CrashTester tester = new CrashTester(setup.on(disk))) {
            CrashFailure failure = catchThrowableOfType(CrashFailure.class, tester::run);
            assertThat(failure).as("%d kills", KILLS).isNotNull();
            assertThat(mistake.rules).extracting(Rule::name).contains(failure.rule());
        }
    }

    private Path compiled(Mistake mistake) throws IOException {
        String text = Files.readString(Checkout.root().resolve(mistake.file()));
        Path source = folder.resolve(mistake.source + ".java");
        Files.writeString(source, text.replace(mistake.words, mistake.instead + "\n"));
        Path classes = Files.createDirectory(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of(
                            "-nowarn",
                            "-proc:none",
                            "-d",
                            classes.toString(),
                            "-cp",
                            System.getProperty("java.class.path"));
            var sources = files.getJavaFileObjects(source);
            assertThat(compiler.getTask(messages, files, null, options, null, sources).call())
                    .as("%s", messages)
                    .isTrue();
        }
        return classes;
    }
}
