package org.vencejo.broker;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door by which commands on this machine reach a running broker: a Unix domain socket in its
/// data folder that only its owner may open. One thread serves it, one request at a time.
///
/// A request is one line, a word and what it takes; the answer is `done` and what there is to say,
/// which is one line but for [Acquaintances], [Bans] and [SessionList], or `failed` and why. Its
/// last line is `end`: without it the answer was cut off. Thread-safe.
final class ControlSocket implements AutoCloseable {
    static final String NAME = "control.sock";
    static final String BACKUP = "backup ";
    static final String DONE = "done ";
    static final String FAILED = "failed ";

    /// What an answer ends with.
    static final String END = "\nend\n";

    private static final Logger log = LoggerFactory.getLogger(Broker.class);

    /// Where the socket is made, before it may be seen.
    private static final String CELL = "ctl";

    static final int REQUEST_BYTES_MAX =
            Math.max(Bans.REQUEST_BYTES_MAX, SessionList.REQUEST_BYTES_MAX);
    private static final int WAITING_MAX = 4;
    private static final long TALK_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path file;
    private final ServerSocketChannel server;
    private final Commands commands;
    private final Thread thread;
    private volatile boolean closing;

    /// What can be asked for; each answers in a line, or throws with one.
    interface Commands {
        String backup(Path to);

        /// The lines of [Acquaintances].
        default String known() {
            throw new UnsupportedOperationException("nobody is known here");
        }

        /// The lines of [Bans].
        default String bans() {
            throw new UnsupportedOperationException("nobody is banned here");
        }

        /// Ends the ban of whom [Bans] names so.
        default String lift(String whose) {
            throw new UnsupportedOperationException("nobody is banned here");
        }

        /// The lines of [SessionList], of those that it asks for so.
        default String sessions(String which) {
            throw new UnsupportedOperationException("nobody has a session here");
        }

        /// Ends the session of the client that [SessionList] names so.
        default String endSession(String clientIdentifier) {
            throw new UnsupportedOperationException("nobody has a session here");
        }
    }

    private ControlSocket(Path file, ServerSocketChannel server, Commands commands) {
        this.file = file;
        this.server = server;
        this.commands = commands;
        this.thread = Thread.ofPlatform().name("control").daemon().unstarted(this::serve);
    }

    /// Opens the door in `dataFolder`, whose lock is held: a socket that is there is a dead
    /// process's. Null, and a line in the log, if there can be none.
    static @Nullable ControlSocket open(Path dataFolder, Commands commands) {
        Path file = dataFolder.resolve(NAME);
        try {
            ServerSocketChannel server = bind(dataFolder, file);
            ControlSocket socket = new ControlSocket(file, server, commands);
            socket.thread.start();
            return socket;
        } catch (IOException | UnsupportedOperationException e) {
            log.warn(
                    "no control socket '{}', so that `vencejo store backup` works only while the broker is stopped, and `vencejo bans`, `sessions` and `acl check` cannot ask it: {}",
                    file,
                    e.getMessage());
            return null;
        }
    }

    // Made where nobody else may look, so that there is no moment at which others may connect.
    private static ServerSocketChannel bind(Path dataFolder, Path file) throws IOException {
        Path cell = dataFolder.resolve(CELL);
        Path hidden = cell.resolve("s");
        Files.deleteIfExists(hidden);
        Files.deleteIfExists(cell);
        boolean posix = dataFolder.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (posix) {
            Files.createDirectory(
                    cell,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectory(cell);
        }
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(hidden), WAITING_MAX);
            if (posix) {
                Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
            }
            Files.move(hidden, file, StandardCopyOption.REPLACE_EXISTING);
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        } finally {
            Files.deleteIfExists(hidden);
            Files.deleteIfExists(cell);
        }
    }

    // ---- its thread
    // -------------------------------------------------------------------------------

    private void serve() {
        while (!closing) {
            try (SocketChannel client = server.accept()) {
                serve(client);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException | RuntimeException e) {
                log.warn("the control socket: {}", e.toString());
                LockSupport.parkNanos(this, PAUSE_NANOS); // it may fail again at once
            }
        }
    }

    private void serve(SocketChannel client) throws IOException {
        client.configureBlocking(false);
        String request;
        try (Talk talk = new Talk(client)) {
            request = talk.readLine();
        }
        String answer =
                request == null
                        ? FAILED
                                + "a request is one line of at most %d bytes"
                                        .formatted(REQUEST_BYTES_MAX)
                        : answer(request);
        try (Talk talk = new Talk(client)) {
            talk.write(answer);
            talk.write(END);
        }
    }

    private String answer(String request) {
        if (request.startsWith(BACKUP)) {
            return backup(request.substring(BACKUP.length()));
        }
        try {
            if (request.equals(Acquaintances.REQUEST)) {
                return DONE + commands.known();
            }
            if (request.equals(Bans.REQUEST)) {
                return DONE + commands.bans();
            }
            if (request.startsWith(Bans.LIFT)) {
                return DONE + commands.lift(request.substring(Bans.LIFT.length()));
            }
            if (request.startsWith(SessionList.REQUEST)) {
                return DONE + commands.sessions(request.substring(SessionList.REQUEST.length()));
            }
            if (request.startsWith(SessionList.END_SESSION)) {
                return DONE
                        + commands.endSession(request.substring(SessionList.END_SESSION.length()));
            }
            return FAILED + "not known here: " + request;
        } catch (RuntimeException e) {
            return FAILED + oneLine(e);
        }
    }

    private String backup(String folder) {
        try {
            Path to = Path.of(folder);
            if (!to.isAbsolute()) {
                return FAILED + "the folder is to be absolute, given was '" + to + "'";
            }
            String done = commands.backup(to);
            log.info("asked by the control socket: {}", done);
            return DONE + done;
        } catch (RuntimeException e) {
            log.warn("asked by the control socket, and failed: {}", e.getMessage());
            return FAILED + oneLine(e);
        }
    }

    private static String oneLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).replaceAll("\\R", " ");
    }

    /// One half of a conversation, which may not take longer than a person's patience.
    private static final class Talk implements AutoCloseable {
        private final SocketChannel client;
        private final Selector selector = Selector.open();
        private final long endNanos = System.nanoTime() + TALK_NANOS;

        Talk(SocketChannel client) throws IOException {
            this.client = client;
        }

        private boolean await(int operation) throws IOException {
            client.register(selector, operation);
            long left = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
            return left > 0 && selector.select(left) > 0;
        }

        @Nullable String readLine() throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(REQUEST_BYTES_MAX);
            while (bytes.hasRemaining() && await(SelectionKey.OP_READ)) {
                selector.selectedKeys().clear();
                int end = client.read(bytes);
                int last = bytes.position() - 1;
                if (last >= 0 && bytes.get(last) == '\n') {
                    List<String> lines =
                            StandardCharsets.UTF_8.decode(bytes.flip()).toString().lines().toList();
                    return lines.size() == 1 ? lines.getFirst() : null;
                }
                if (end < 0) {
                    return null;
                }
            }
            return null;
        }

        void write(String text) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining() && await(SelectionKey.OP_WRITE)) {
                selector.selectedKeys().clear();
                client.write(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            selector.close();
        }
    }

    /// Closes the door. A request that is being served goes on: who closes the store waits for it.
    @Override
    public void close() {
        closing = true;
        try {
            server.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("the control socket was not removed: {}", e.getMessage());
        }
    }
}
