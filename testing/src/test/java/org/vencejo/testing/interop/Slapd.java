package org.vencejo.testing.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vencejo.transport.TlsFiles;

/// Debian's OpenLDAP server as a process, with its data in a folder of its own, on ports of
/// loopback that were free a moment ago: one where it speaks plainly until it is asked for TLS, one
/// for TLS alone. It says who binds. Thread-safe.
record Slapd(Process process, Path folder, int plain, int secure, BlockingQueue<String> said) {
    /// What its configuration takes from the package.
    static final Path SCHEMA = Path.of("/etc/ldap/schema");

    private static final int ATTEMPTS = 5;
    private static final int PATIENCE_SECONDS = 20;
    private static final Pattern BIND = Pattern.compile(" BIND dn=\"([^\"]*)\" method=");

    /// Nothing is answered without TLS, and the `ppolicy` overlay looks after closed accounts.
    private static final String CONFIGURATION =
            """
            include SCHEMA/core.schema
            include SCHEMA/cosine.schema
            include SCHEMA/inetorgperson.schema
            moduleload back_mdb
            moduleload ppolicy
            pidfile FOLDER/slapd.pid
            security ssf=128
            TLSCertificateFile CERTIFICATE
            TLSCertificateKeyFile KEY
            database mdb
            suffix "dc=casa"
            directory FOLDER/data
            overlay ppolicy
            ppolicy_default "cn=policy,dc=casa"
            access to attrs=userPassword by anonymous auth by * none
            access to * by dn.exact="cn=broker,dc=casa" read by * none
            """;

    /// One that holds these entries, in LDIF.
    static Slapd start(Path program, Path folder, TlsFiles.KeyPair shown, String entries)
            throws Exception {
        // Where AppArmor holds the program to the system's folders, a copy of it is free.
        Files.copy(program, folder.resolve("slapd"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectory(folder.resolve("data"));
        Files.writeString(
                folder.resolve("slapd.conf"),
                CONFIGURATION
                        .replace("SCHEMA", SCHEMA.toString())
                        .replace("FOLDER", folder.toString())
                        .replace("CERTIFICATE", shown.certificate().toString())
                        .replace("KEY", String.valueOf(shown.key())));
        Path ldif = Files.writeString(folder.resolve("entries.ldif"), entries);
        Process add = run(folder, "-T", "add", "-f", "slapd.conf", "-l", ldif.toString());
        try (BufferedReader output = add.inputReader()) {
            String text = String.join("\n", output.lines().toList());
            if (!add.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || add.exitValue() != 0) {
                throw new AssertionError("slapd does not take the entries:\n" + text);
            }
        } finally {
            add.destroyForcibly();
        }
        StringBuilder failed = new StringBuilder();
        for (int i = 0; i < ATTEMPTS; i++) {
            Slapd started = listen(folder, freePort(), freePort(), failed);
            if (started != null) {
                return started;
            }
        }
        throw new AssertionError("slapd does not start:\n" + failed);
    }

    /// The same, where it was, after its end.
    Slapd again() throws IOException {
        StringBuilder failed = new StringBuilder();
        Slapd started = listen(folder, plain, secure, failed);
        if (started == null) {
            throw new AssertionError("slapd does not start again:\n" + failed);
        }
        return started;
    }

    private static Slapd listen(Path folder, int plain, int secure, StringBuilder failed)
            throws IOException {
        String urls = "ldap://127.0.0.1:%d ldaps://127.0.0.1:%d".formatted(plain, secure);
        Process process = run(folder, "-f", "slapd.conf", "-d", "stats", "-h", urls);
        BufferedReader log = process.inputReader();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            failed.append(line).append('\n');
            if (line.contains("slapd starting")) {
                BlockingQueue<String> said = new LinkedBlockingQueue<>();
                Thread.ofPlatform().daemon().start(() -> readOn(log, said));
                awaitListening(process, plain);
                awaitListening(process, secure);
                return new Slapd(process, folder, plain, secure, said);
            }
        }
        process.destroyForcibly();
        return null;
    }

    // It says that it starts before it listens.
    private static void awaitListening(Process process, int port) {
        while (process.isAlive()) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException _) {
                Thread.onSpinWait();
            }
        }
        throw new AssertionError("slapd has ended before it listened");
    }

    /// It makes room for as many connections as it may have descriptors, which may be a billion.
    private static Process run(Path folder, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "ulimit -n 256 && exec \"$@\"", "sh"));
        command.add(folder.resolve("slapd").toString());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private static void readOn(BufferedReader log, BlockingQueue<String> said) {
        try (log) {
            log.lines().forEach(said::add);
        } catch (IOException | UncheckedIOException ended) {
            // with its process
        }
    }

    URI url(boolean isTls) {
        return URI.create(isTls ? "ldaps://localhost:" + secure : "ldap://localhost:" + plain);
    }

    /// Who has tried to bind since this was asked before, up to `dn`, which has to come.
    List<String> boundUntil(String dn) throws InterruptedException {
        List<String> bound = new ArrayList<>();
        while (!bound.contains(dn)) {
            String line = said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError(dn + " has not tried to bind; these have: " + bound);
            }
            Matcher bind = BIND.matcher(line);
            if (bind.find() && !line.contains("mech=")) { // told a second time if it succeeds
                bound.add(bind.group(1));
            }
        }
        return bound;
    }

    void end() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
