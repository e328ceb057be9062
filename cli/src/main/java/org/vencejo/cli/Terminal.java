package org.vencejo.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;

/// Whether somebody looks at what is printed. Stateless.
final class Terminal {
    private Terminal() {}

    /// Whether standard output is a terminal. The JDK's own console says so only where standard
    /// input is one, too, so that the name of what standard output leads to is looked at first.
    @SuppressWarnings("SystemConsoleNull") // which is the JDK's default since 25
    static boolean isStandardOutput() {
        try {
            String name = Path.of("/dev/stdout").toRealPath().toString();
            if (name.startsWith("/dev/pts/")
                    || name.startsWith("/dev/tty")
                    || name.equals("/dev/console")) {
                return true;
            }
        } catch (IOException e) {
            // A pipe has no such name, nor has anything on other systems.
        }
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
