package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.ByteToMessageDecoder.Cumulator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ImmediateExecutor;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The engine of TLS: BoringSSL where its native library loads, else the JDK's. Stateless.
public final class Tls {
    private static final long SESSION_SECONDS = 3_600;
    private static final int REASON_MAX = 200;

    /// Ephemeral keys and authenticated encryption alone (RFC 9325, section 4): a key that is
    /// stolen later opens nothing that was recorded. Left alone, both engines offer more.
    private static final List<String> CIPHER_SUITES =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    static {
        // Who may not renegotiate cannot have us encrypt without end; BoringSSL never does.
        if (System.getProperty("jdk.tls.rejectClientInitiatedRenegotiation") == null) {
            System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        }
    }

    /// Keeps of a record that is not whole no more than has come of it. What is read is in the
    /// loop's one buffer, and a connection that held on to it would take 64 KB for a byte.
    static final Cumulator RIGHT_SIZED =
            (allocator, cumulation, in) -> {
                try {
                    int length = cumulation.readableBytes() + in.readableBytes();
                    if (cumulation.writableBytes() >= in.readableBytes()) {
                        return cumulation.writeBytes(in);
                    }
                    ByteBuf larger = allocator.directBuffer(length);
                    larger.writeBytes(cumulation).writeBytes(in);
                    cumulation.release();
                    return larger;
                } finally {
                    in.release();
                }
            };

    private Tls() {}

    /// Who encrypts, for operators: `BoringSSL` or `the JDK`.
    public static String engine() {
        return provider() == SslProvider.JDK ? "the JDK" : "BoringSSL";
    }

    static SslProvider provider() {
        return OpenSsl.isAvailable() && !Boolean.getBoolean("org.vencejo.tls.jdk")
                ? SslProvider.OPENSSL_REFCNT
                : SslProvider.JDK;
    }

    static SslContext server(
            TlsFiles files, TlsMaterial material, Identity identity, String applicationProtocol)
            throws IOException {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forServer(identity.key(), identity.chain())
                            .sslProvider(provider())
                            .protocols(files.minimumVersion().andLater())
                            .ciphers(CIPHER_SUITES, SupportedCipherSuiteFilter.INSTANCE)
                            .applicationProtocolConfig(protocol(applicationProtocol))
                            .sessionTimeout(SESSION_SECONDS)
                            .clientAuth(
                                    switch (files.peerCertificate()) {
                                        case OFF -> ClientAuth.NONE;
                                        case OPTIONAL -> ClientAuth.OPTIONAL;
                                        case REQUIRED -> ClientAuth.REQUIRE;
                                    });
            if (files.peerCertificate() != TlsFiles.PeerCertificate.OFF) {
                builder.trustManager(material.trust());
            }
            return builder.build();
        } catch (SSLException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("it cannot be used: " + reason(e), e);
        }
    }

    static ApplicationProtocolConfig protocol(String name) {
        return new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                name);
    }

    /// Who does what is hard in a handshake: `beside` the event loop, if the engine is BoringSSL.
    /// Of the JDK's what went wrong would be logged, with all its trace, whenever the peer has left
    /// meanwhile.
    static Executor tasks(SslContext context, Executor beside) {
        return context instanceof ReferenceCountedOpenSslContext
                ? beside
                : ImmediateExecutor.INSTANCE;
    }

    /// A handler whose time is watched by the [Entrance].
    static SslHandler quiet(SslHandler handler) {
        handler.setHandshakeTimeoutMillis(0);
        handler.setCumulator(RIGHT_SIZED);
        return handler;
    }

    /// Whether the context is there still; then it is until it is released once more.
    static boolean retain(SslContext context) {
        try {
            ReferenceCountUtil.retain(context);
            return true;
        } catch (IllegalReferenceCountException freed) {
            return false;
        }
    }

    static void release(SslContext context) {
        ReferenceCountUtil.release(context);
    }

    /// Why a handshake failed, in one line.
    static String reason(@Nullable Throwable failure) {
        if (failure == null) {
            return "unknown";
        }
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause().getMessage() != null) {
            deepest = deepest.getCause();
        }
        if (deepest instanceof ClosedChannelException) {
            return "closed by the peer";
        }
        if (deepest instanceof NotSslRecordException) {
            return "what came is no TLS"; // where it is not BoringSSL's, its message is all of it
        }
        String message = deepest.getMessage();
        String line =
                (message == null ? deepest.toString() : message).replaceAll("[\\p{Cntrl}]+", " ");
        return line.length() > REASON_MAX ? line.substring(0, REASON_MAX) + "..." : line;
    }
}
