package org.vencejo.broker.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Files that operators write.
final class TextFile {
    private TextFile() {}

    /// The text of `file`; if it cannot be read, `trouble` hears why in words, and the text is
    /// empty.
    static String read(Path file, Consumer<String> trouble) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            trouble.accept("there is no such file");
        } catch (AccessDeniedException e) {
            trouble.accept("this file may not be read");
        } catch (CharacterCodingException e) {
            trouble.accept("this file is not UTF-8 text");
        } catch (IOException e) {
            trouble.accept(
                    Files.isDirectory(file)
                            ? "this is a folder"
                            : "cannot be read: " + e.getMessage());
        }
        return "";
    }
}
