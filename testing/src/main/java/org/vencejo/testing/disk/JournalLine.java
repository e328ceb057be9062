package org.vencejo.testing.disk;

import java.nio.file.Path;
import java.util.HexFormat;

/// A line of the journal that `faultydisk.c` writes: what a process did to its disk, numbered.
sealed interface JournalLine {
    /// A change of the names in a folder: on the disk for sure only after a sync of that folder.
    sealed interface NameChange extends JournalLine {
        long number();

        /// The name that it made or took away.
        Path name();
    }

    record Create(long number, Path name) implements NameChange {}

    record MakeFolder(long number, Path name) implements NameChange {}

    record RemoveFolder(long number, Path name) implements NameChange {}

    record Link(long number, Path name) implements NameChange {}

    /// `saved` is the file's name in the shadow folder.
    record Unlink(long number, long inode, String saved, Path name) implements NameChange {}

    /// `saved` is what was named `name` before.
    record Rename(long number, long inode, String saved, Path from, Path name)
            implements NameChange {}

    /// The announced change of this number was refused.
    record Undone(long number) implements JournalLine {}

    record Created(long inode, Path name) implements JournalLine {}

    /// A file that was there before, with this length.
    record Found(long inode, long length) implements JournalLine {}

    record Truncate(long inode, long length) implements JournalLine {}

    /// What stood where a write is about to go.
    record Overwrite(long number, long inode, long from, byte[] old) implements JournalLine {}

    /// A sync that worked, of all that came before number `begun`.
    record Sync(long inode, long length, long begun) implements JournalLine {}

    record SyncFolder(long begun, Path folder) implements JournalLine {}

    record FailedSync(long inode, long length) implements JournalLine {}

    record Start() implements JournalLine {}

    /// Names have spaces at worst at the end of the line, where they are not looked for.
    static JournalLine of(String line) {
        String[] words = line.split(" ", 3);
        long number = Long.parseLong(words[0]);
        String rest = words.length > 2 ? words[2] : "";
        return switch (words[1]) {
            case "start" -> new Start();
            case "create" -> new Create(number, Path.of(rest));
            case "mkdir" -> new MakeFolder(number, Path.of(rest));
            case "rmdir" -> new RemoveFolder(number, Path.of(rest));
            case "link" -> new Link(number, Path.of(rest));
            case "undone" -> new Undone(Long.parseLong(rest));
            default -> withWords(number, words[1], rest);
        };
    }

    private static JournalLine withWords(long number, String verb, String rest) {
        String[] words = rest.split(" ", 3);
        long first = Long.parseLong(words[0]);
        return switch (verb) {
            case "created" -> new Created(first, Path.of(rest.substring(rest.indexOf(' ') + 1)));
            case "found" -> new Found(first, Long.parseLong(words[1]));
            case "truncate" -> new Truncate(first, Long.parseLong(words[1]));
            case "sync" -> new Sync(first, Long.parseLong(words[1]), Long.parseLong(words[2]));
            case "unsynced" -> new FailedSync(first, Long.parseLong(words[1]));
            case "syncdir" -> new SyncFolder(first, Path.of(rest.substring(rest.indexOf(' ') + 1)));
            case "unlink" -> new Unlink(number, first, words[1], Path.of(words[2]));
            case "overwrite" ->
                    new Overwrite(
                            number,
                            first,
                            Long.parseLong(words[1]),
                            HexFormat.of().parseHex(words[2]));
            case "rename" -> {
                String[] names = words[2].split("\t", 2);
                yield new Rename(number, first, words[1], Path.of(names[0]), Path.of(names[1]));
            }
            default -> throw new IllegalArgumentException("no line of the journal: " + verb);
        };
    }
}
