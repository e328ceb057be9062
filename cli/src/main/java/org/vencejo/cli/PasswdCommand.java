package org.vencejo.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Visible;
import org.vencejo.broker.passwords.HashKind;
import org.vencejo.broker.passwords.PasswordFileEditor;
import org.vencejo.broker.passwords.PasswordHash;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `vencejo passwd`: the users of a password file. Confined to the thread of the command.
@Command(
        name = "passwd",
        description = {
            "Give a user of a password file a password, or take the user away.",
            "",
            "Asks for the password twice. A file that is missing is made, for its owner alone. A broker",
            "that uses it reads it again by itself.",
            ""
        },
        footer = {"", "Exit codes: 0 done, 1 not done, 64 wrong use."},
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class PasswdCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    /// What is looked at of standard input or a file; a password is one line of it.
    private static final int LINE_BYTES_MAX = 65_537;

    private static final String STANDARD_INPUT = "-";

    @Parameters(index = "0", paramLabel = "FILE", description = "The password file.")
    private Path file = Path.of("");

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "USER",
            description = "The user name. Not with -U.")
    private @Nullable String user;

    /// What `mosquitto_passwd -b` takes here.
    @Parameters(index = "2..*", hidden = true)
    private List<String> more = List.of();

    @Option(names = "-b", hidden = true)
    private boolean batch;

    @Option(names = "-D", description = "Take the user away.")
    private boolean deletes;

    @Option(names = "-U", description = "Hash the passwords of a file that holds them as they are.")
    private boolean upgrades;

    @Option(
            names = "--hash",
            paramLabel = "KIND",
            converter = Kind.class,
            description = {
                "argon2id (the default), bcrypt, pbkdf2, which Mosquitto reads, too, or scram-sha-256,",
                "with which clients need not send the password."
            })
    private HashKind kind = HashKind.ARGON2ID;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description =
                    "Take the password from the first line of this file, - for standard input, and do not ask.")
    private @Nullable String source;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final InputStream standardInput;
    private final @Nullable Function<String, char[]> prompt;

    PasswdCommand() {
        this(System.in, terminal());
    }

    /// One that asks with `prompt`, if there is somebody to ask.
    PasswdCommand(InputStream standardInput, @Nullable Function<String, char[]> prompt) {
        this.standardInput = standardInput;
        this.prompt = prompt;
    }

    // It is null where the JDK's own console finds no terminal.
    @SuppressWarnings("SystemConsoleNull") // which is the JDK's default since 25
    private static @Nullable Function<String, char[]> terminal() {
        Console console = System.console();
        return console != null && console.isTerminal()
                ? question -> console.readPassword("%s", question)
                : null;
    }

    @Override
    public Integer call() {
        checkUse();
        try {
            return upgrades ? upgrade() : deletes ? delete() : set();
        } catch (IOException trouble) {
            return failed(FileTrouble.sentence(file, trouble));
        } catch (IllegalArgumentException wrong) {
            return failed(String.valueOf(wrong.getMessage()));
        }
    }

    private void checkUse() {
        if (batch || !more.isEmpty()) {
            throw wrongUse(
                    "no password is taken from the command line, which others can see; allowed: --password-file FILE, or --password-file - for standard input");
        }
        if (deletes && upgrades) {
            throw wrongUse("-D and -U exclude each other");
        }
        if ((deletes || upgrades) && source != null) {
            throw wrongUse("--password-file gives a password, which -D and -U do not take");
        }
        if (upgrades != (user == null)) {
            throw wrongUse(upgrades ? "-U takes no user name" : "the user name is missing");
        }
        String fault = user == null ? null : PasswordFileEditor.faultOf(user);
        if (fault != null) {
            throw wrongUse(fault);
        }
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private int set() throws IOException {
        byte[] password = password();
        try {
            String fault = kind.faultOf(password);
            if (fault != null) {
                return failed(fault + "; nothing was changed");
            }
            // Others wait for the file no longer than it takes to write it.
            PasswordHash hash = kind.hash(password, new SecureRandom());
            boolean isNew;
            try (PasswordFileEditor editor = PasswordFileEditor.open(file)) {
                isNew = !editor.set(name(), hash);
                editor.store();
            }
            System.out.printf(
                    "%s: %s %s%n",
                    file, Visible.text(name()), isNew ? "is a user now" : "has a new password");
            return 0;
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    private int delete() throws IOException {
        try (PasswordFileEditor editor = PasswordFileEditor.open(file)) {
            if (!editor.remove(name())) {
                return failed(file + ": there is no user " + name());
            }
            editor.store();
        }
        System.out.printf("%s: %s is no user any more%n", file, Visible.text(name()));
        return 0;
    }

    private int upgrade() throws IOException {
        int hashed;
        try (PasswordFileEditor editor = PasswordFileEditor.open(file)) {
            hashed = editor.hashPlain(kind, new SecureRandom());
            if (hashed > 0) {
                editor.store();
            }
        } catch (IllegalArgumentException fault) {
            return failed("%s: %s; nothing was changed".formatted(file, fault.getMessage()));
        }
        System.out.printf("%s: %d passwords were hashed%n", file, hashed);
        return 0;
    }

    private String name() {
        if (user == null) {
            throw new IllegalStateException("expected a user name, given was none");
        }
        return user;
    }

    private byte[] password() throws IOException {
        if (source != null) {
            return PasswordFlags.firstLine(given(source));
        }
        if (prompt == null) {
            throw new IllegalArgumentException(
                    "there is no terminal to ask at; allowed: --password-file FILE, or --password-file - for standard input");
        }
        byte[] first = bytes(prompt.apply("Password: "));
        byte[] second = bytes(prompt.apply("The same again: "));
        boolean same = Arrays.equals(first, second);
        Arrays.fill(second, (byte) 0);
        if (!same) {
            Arrays.fill(first, (byte) 0);
            throw new IllegalArgumentException("the two differ; nothing was changed");
        }
        return first;
    }

    private byte[] given(String from) throws IOException {
        if (from.equals(STANDARD_INPUT)) {
            return standardInput.readNBytes(LINE_BYTES_MAX);
        }
        Path path = Path.of(from);
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(LINE_BYTES_MAX);
        } catch (IOException trouble) {
            throw new IllegalArgumentException(FileTrouble.sentence(path, trouble), trouble);
        }
    }

    // The end of input is no password.
    private static byte[] bytes(char @Nullable [] typed) {
        if (typed == null) {
            return new byte[0];
        }
        ByteBuffer encoded = ByteBuffer.allocate(4 * typed.length);
        StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(CharBuffer.wrap(typed), encoded, true);
        byte[] bytes = Arrays.copyOf(encoded.array(), encoded.position());
        Arrays.fill(encoded.array(), (byte) 0);
        Arrays.fill(typed, '\0');
        return bytes;
    }

    private static int failed(String why) {
        System.err.println("vencejo passwd: " + Visible.text(why));
        return FAILED;
    }

    /// A kind of hash by its name.
    static final class Kind implements ITypeConverter<HashKind> {
        @Override
        public HashKind convert(String name) {
            for (HashKind kind : HashKind.values()) {
                if (kind.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(name)) {
                    return kind;
                }
            }
            throw new TypeConversionException(
                    "the hash is argon2id, bcrypt, pbkdf2 or scram-sha-256, given was " + name);
        }
    }
}
