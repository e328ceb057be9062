package org.vencejo.testing.house;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The text files of this checkout that git knows or would add. Immutable once read.
final class Repository {
    private Repository() {}

    static List<TextFile> textFiles() throws IOException, InterruptedException {
        Path root = Checkout.root();
        var files = new ArrayList<TextFile>();
        for (String name : gitFiles(root)) {
            Path path = root.resolve(name);
            if (Files.isRegularFile(path)) {
                String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
                if (text.indexOf('\0') < 0) { // A zero says that it is not text.
                    files.add(new TextFile(name, text));
                }
            }
        }
        return List.copyOf(files);
    }

    private static List<String> gitFiles(Path root) throws IOException, InterruptedException {
        Process git =
                new ProcessBuilder(
                                "git",
                                "-c",
                                "safe.directory=*",
                                "ls-files",
                                "-z",
                                "--cached",
                                "--others",
                                "--exclude-standard")
                        .directory(root.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        var names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (git.waitFor() != 0) {
            throw new IllegalStateException("git ls-files failed: the rules read a git checkout");
        }
        return List.of(names.split("\0"));
    }
}
