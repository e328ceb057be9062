package org.vencejo.broker.identity;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The users of this machine, as `/etc/passwd` lists them. Immutable; the file is read at each
/// question, so that what it says holds at once.
public record UserNames(Path file) {
    public static final UserNames OF_MACHINE = new UserNames(Path.of("/etc/passwd"));

    /// The first name with this number, or null if none has it.
    ///
    /// @throws IllegalStateException if the file cannot be read
    public @Nullable String of(int userId) {
        String number = Integer.toUnsignedString(userId);
        // Names in it may be written in whatever way: bytes as they are.
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split(":", -1); // name:password:uid:gid:...
                if (fields.length >= 4 && fields[2].equals(number) && !fields[0].isEmpty()) {
                    return fields[0];
                }
            }
            return null;
        } catch (IOException e) {
            throw new IllegalStateException("who is user " + number + " cannot be read", e);
        }
    }
}
