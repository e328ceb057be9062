package org.vencejo.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where the password comes from, which `pub` and `sub` share. Confined to the thread of the
/// command.
final class PasswordFlags {
    @Option(
            names = {"-P", "--pw"},
            paramLabel = "PASSWORD",
            description = "The password. Others on this machine can see it: rather use --pw-file.")
    private @Nullable String text;

    @Option(
            names = "--pw-file",
            paramLabel = "FILE",
            description = "Take the password from the first line of this file.")
    private @Nullable Path file;

    /// The password as bytes, which mean what the server takes them for; or null.
    ///
    /// @throws IllegalArgumentException naming what is wrong
    byte @Nullable [] password() {
        if (file == null) {
            return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
        }
        if (text != null) {
            throw new IllegalArgumentException("-P and --pw-file exclude each other");
        }
        try {
            return firstLine(Files.readAllBytes(file));
        } catch (IOException trouble) {
            throw new IllegalArgumentException(FileTrouble.sentence(file, trouble), trouble);
        }
    }

    /// What is before the first line break.
    static byte[] firstLine(byte[] bytes) {
        int length = 0;
        while (length < bytes.length && bytes[length] != '\n') {
            length++;
        }
        boolean endsInReturn = length > 0 && bytes[length - 1] == '\r';
        return Arrays.copyOf(bytes, endsInReturn ? length - 1 : length);
    }
}
