package org.vencejo.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The server's side of TLS, made of files, and made anew when they change.
///
/// Thread-safe. Handshakes that begin get what was read last; those under way and connections that
/// are open keep what they have.
public final class TlsServer {
    /// Longer than any ClientHello in use.
    private static final int CLIENT_HELLO_BYTES_MAX = 32 << 10;

    private final TlsFiles files;
    private final String applicationProtocol;
    private volatile State state;

    // Confined to `this`.
    private Map<Path, FileStamp> stamps;
    private List<TlsFiles.Trouble> told = List.of();
    private volatile boolean closed;

    private TlsServer(TlsFiles files, String applicationProtocol, State state) {
        this.files = files;
        this.applicationProtocol = applicationProtocol;
        this.state = state;
        this.stamps = Map.of();
    }

    /// Reads the files. `applicationProtocol` is what clients that ask by ALPN are answered.
    ///
    /// @throws TlsException with all that is wrong with them
    public static TlsServer open(TlsFiles files, String applicationProtocol) throws TlsException {
        Map<Path, FileStamp> stamps = FileStamp.of(files.all());
        TlsServer server =
                new TlsServer(files, applicationProtocol, State.read(files, applicationProtocol));
        server.stamps = stamps;
        return server;
    }

    /// What has become of the files.
    public sealed interface Reading {
        /// They are as they were when they were read last.
        record Unchanged() implements Reading {}

        /// They were read, and hold from now on.
        record Renewed(List<String> identities) implements Reading {}

        /// They cannot be used, and what was read before holds. `news` says whether this was not
        /// told before.
        record Refused(List<TlsFiles.Trouble> troubles, boolean news) implements Reading {}
    }

    /// Reads the files again if one of them, or the folder behind a link to it, has changed.
    public synchronized Reading readIfChanged() {
        return told.isEmpty() && FileStamp.of(files.all()).equals(stamps)
                ? new Reading.Unchanged()
                : read();
    }

    /// Reads the files again.
    public synchronized Reading read() {
        // Before they are read: what changes meanwhile is read once more.
        Map<Path, FileStamp> now = FileStamp.of(files.all());
        State older = state;
        try {
            state = State.read(files, applicationProtocol);
        } catch (TlsException e) {
            boolean news = !e.troubles().equals(told);
            told = e.troubles();
            return new Reading.Refused(told, news);
        }
        stamps = now;
        told = List.of();
        older.release();
        return new Reading.Renewed(state.identities());
    }

    /// Changes the keys under which clients keep their sessions. Those that were kept under the one
    /// before the last cannot be resumed any more.
    public synchronized void renewTickets() {
        if (!closed) {
            state.tickets.forEach(Tickets::renew);
        }
    }

    /// What operators should see to: certificates that end soon, or have ended.
    public List<String> warnings(Instant now) {
        return state.material.warnings(now);
    }

    /// Whether a revocation list names one of the certificates that the peer has shown.
    public boolean isRevoked(List<X509Certificate> chain) {
        return state.material.isRevoked(chain);
    }

    /// Why a peer that has shown these is not let in; null if nothing speaks against it.
    @Nullable String refusal(List<X509Certificate> chain) {
        return state.material.refusal(chain, Instant.now());
    }

    /// Forgets keys and certificates; nobody shakes hands any more.
    public synchronized void close() {
        if (!closed) {
            closed = true;
            state.release();
        }
    }

    /// A handler for a connection that begins; `tasks` does what is hard about it, see [Tls#tasks].
    ChannelHandler handler(ByteBufAllocator allocator, Executor tasks) {
        State now = state;
        while (closed || !now.retain()) {
            if (closed) {
                throw new IllegalStateException(
                        "expected TLS in use, given was one that is closed");
            }
            now = state; // it was renewed just now
        }
        if (!now.byName.isEmpty()) {
            return new Chooser(now, tasks);
        }
        try {
            SslContext context = now.contexts.getFirst();
            return Tls.quiet(context.newHandler(allocator, Tls.tasks(context, tasks)));
        } finally {
            now.release();
        }
    }

    /// Takes the certificate that the client asks for by name. Owns a reference to the state.
    private static final class Chooser extends SniHandler {
        private final State state;
        private final Executor tasks;

        Chooser(State state, Executor tasks) {
            super(
                    (name, promise) -> promise.setSuccess(state.forName(name)),
                    CLIENT_HELLO_BYTES_MAX,
                    0);
            this.state = state;
            this.tasks = tasks;
            setCumulator(Tls.RIGHT_SIZED);
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext context) throws Exception {
            state.release();
            super.handlerRemoved0(context);
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            return Tls.quiet(context.newHandler(allocator, Tls.tasks(context, tasks)));
        }
    }

    /// What was read, and a context of the engine for each identity. Immutable, and counted: those
    /// of BoringSSL are memory of its own.
    private record State(
            TlsMaterial material,
            List<SslContext> contexts,
            List<Tickets> tickets,
            Map<String, SslContext> byName) {

        static State read(TlsFiles files, String applicationProtocol) throws TlsException {
            List<TlsFiles.Trouble> troubles = new ArrayList<>();
            TlsMaterial material = TlsMaterial.read(files, troubles);
            if (!troubles.isEmpty()) {
                throw new TlsException(troubles);
            }
            List<SslContext> contexts = new ArrayList<>();
            Map<String, SslContext> byName = new TreeMap<>();
            for (int i = 0; i < material.own().size(); i++) {
                Identity identity = material.own().get(i);
                SslContext context;
                try {
                    context = Tls.server(files, material, identity, applicationProtocol);
                } catch (java.io.IOException e) {
                    contexts.forEach(Tls::release);
                    throw new TlsException(
                            List.of(
                                    TlsFiles.Part.CERTIFICATE.trouble(
                                            files.own().get(i).certificate(), e)));
                }
                contexts.add(context);
                if (material.own().size() > 1) {
                    identity.hostNames().forEach(name -> byName.putIfAbsent(name, context));
                }
            }
            List<Tickets> tickets = contexts.stream().map(Tickets::new).toList();
            return new State(material, List.copyOf(contexts), tickets, byName);
        }

        SslContext forName(@Nullable String name) {
            SslContext found = null;
            if (name != null) {
                String asked = name.toLowerCase(java.util.Locale.ROOT);
                found = byName.get(asked);
                if (found == null) {
                    found = byName.get("*" + asked.substring(Math.max(0, asked.indexOf('.'))));
                }
            }
            return found == null ? contexts.getFirst() : found;
        }

        List<String> identities() {
            return material.own().stream()
                    .map(it ->
                            "%s until %s"
                                    .formatted(
                                            Identity.subject(it.certificate()),
                                            it.certificate().getNotAfter().toInstant()))
                    .toList();
        }

        /// Whether it could be kept from being freed.
        boolean retain() {
            int kept = 0;
            for (SslContext context : contexts) {
                if (!Tls.retain(context)) {
                    contexts.subList(0, kept).forEach(Tls::release);
                    return false;
                }
                kept++;
            }
            return true;
        }

        void release() {
            contexts.forEach(Tls::release);
        }
    }
}
