package org.vencejo.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Why a file that was named could not be read, in the words that the configuration has for it.
final class FileTrouble {
    private FileTrouble() {}

    static String sentence(Path file, IOException trouble) {
        String why =
                switch (trouble) {
                    case NoSuchFileException none -> "there is no such file";
                    case AccessDeniedException denied -> "this file may not be read";
                    case CharacterCodingException foreign -> "this file is not UTF-8 text";
                    default ->
                            Files.isDirectory(file)
                                    ? "this is a folder"
                                    : "cannot be read: " + trouble.getMessage();
                };
        return file + ": " + why;
    }
}
