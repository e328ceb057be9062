package org.vencejo.testing.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

/// A program that does to its disk what it reads from standard input, and says what came of it:
/// `ok`, or what the disk answered. A sync has a thread of its own, as it may be held.
final class DiskProgram {
    private static final Map<String, FileChannel> OPEN = new HashMap<>();

    private DiskProgram() {}

    public static void main(String[] args) {
        Path root = Path.of(args[0]);
        System.out.println("ready");
        try (Scanner in = new Scanner(System.in, StandardCharsets.UTF_8)) {
            while (in.hasNextLine()) {
                String line = in.nextLine();
                String[] words = line.split(" ");
                if (words[0].startsWith("sync")) {
                    Thread.ofPlatform().daemon().start(() -> say(line, root, words));
                } else {
                    say(line, root, words);
                }
            }
        }
    }

    private static void say(String line, Path root, String[] words) {
        String answer;
        try {
            answer = doIt(root, words);
        } catch (FileSystemException e) {
            answer = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        } catch (IOException e) {
            answer = e.getMessage();
        }
        synchronized (System.out) {
            System.out.println(line + ": " + answer);
        }
    }

    private static String doIt(Path root, String[] words) throws IOException {
        Path name = root.resolve(words[1]);
        switch (words[0]) {
            case "append" -> writeAll(channel(root, words[1]), words[2], -1);
            case "put" -> writeAll(channel(root, words[1]), words[3], Long.parseLong(words[2]));
            case "cut" -> channel(root, words[1]).truncate(Long.parseLong(words[2]));
            case "sync" -> channel(root, words[1]).force(false);
            case "syncfolder" -> {
                try (FileChannel folder = FileChannel.open(name, StandardOpenOption.READ)) {
                    folder.force(true);
                }
            }
            case "move" ->
                    Files.move(name, root.resolve(words[2]), StandardCopyOption.REPLACE_EXISTING);
            case "delete" -> Files.delete(name);
            case "mkdir" -> Files.createDirectory(name);
            case "read" -> {
                return Files.readString(name);
            }
            case "space" -> {
                return String.valueOf(Files.getFileStore(name).getUsableSpace());
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "ok";
    }

    private static synchronized FileChannel channel(Path root, String name) throws IOException {
        FileChannel open = OPEN.get(name);
        if (open == null) {
            open =
                    FileChannel.open(
                            root.resolve(name),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            open.position(open.size());
            OPEN.put(name, open);
        }
        return open;
    }

    private static void writeAll(FileChannel channel, String text, long at) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        long from = at;
        while (bytes.hasRemaining()) {
            if (at < 0) {
                channel.write(bytes);
            } else {
                from += channel.write(bytes, from);
            }
        }
    }
}
