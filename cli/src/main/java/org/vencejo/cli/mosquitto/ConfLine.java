package org.vencejo.cli.mosquitto;

import java.util.Arrays;
import java.util.List;

/// One line of a `mosquitto.conf` that says something. Immutable.
///
/// `reading` counts the files as they are opened: listeners and bridges do not go on over the end
/// of one. `rest` is all behind the name of the option.
record ConfLine(int reading, String file, int number, String option, String rest) {
    String place() {
        return file + ":" + number;
    }

    /// The first word of what is given, which is all that counts where no spaces are allowed; empty
    /// if there is none.
    String word() {
        List<String> words = words();
        return words.isEmpty() ? "" : words.getFirst();
    }

    /// What is given, up to a comment.
    List<String> words() {
        return Arrays.stream(rest.split("[ \t]+", -1))
                .filter(word -> !word.isEmpty())
                .takeWhile(word -> !word.startsWith("#"))
                .toList();
    }

    Note note(Note.Kind kind, String text) {
        return new Note(place(), option, kind, text);
    }
}
