package org.vencejo.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.vencejo.transport.Door.Step;

/// One connection on its way through a [Passage]: how far it is, what was learned of its peer, and
/// how it takes its leave.
///
/// Confined to the connection's event loop.
final class Entrance {
    /// How long a peer that ended the conversation may take to hang up.
    private static final long LEAVE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Passage passage;
    private final SocketConnection connection;
    private final Channel channel;

    private final @Nullable CompletableFuture<SocketConnection> answer;

    private Step step;
    private @Nullable Throwable broken;
    private IoLoop.@Nullable Timer timer;
    private List<X509Certificate> peerCertificates = List.of();

    /// `answer` is completed when it is known whether the connection is open.
    Entrance(
            Passage passage,
            SocketConnection connection,
            Channel channel,
            @Nullable CompletableFuture<SocketConnection> answer) {
        this.passage = passage;
        this.answer = answer;
        this.connection = connection;
        this.channel = channel;
        Step first = passage.after(null);
        if (first == null) {
            throw new IllegalArgumentException("expected something to pass, given was " + passage);
        }
        this.step = first;
    }

    /// Puts before the connection what it has to pass. What breaks at that is kept until the
    /// connection is there: who stands behind it hears of both in the order in which it always
    /// does.
    void build() {
        try {
            passage.prepend(channel, connection);
        } catch (RuntimeException | Error fault) {
            broken = fault;
        }
    }

    /// The connection is there.
    void begin() {
        if (broken != null) {
            connection.broke(broken);
            return;
        }
        long nanos = passage.patience();
        timer =
                connection
                        .loop()
                        .runLater(
                                () ->
                                        connection.turnAway(
                                                "not complete within %d ms"
                                                        .formatted(
                                                                TimeUnit.NANOSECONDS.toMillis(
                                                                        nanos))),
                                nanos);
        if (!passage.admits(channel.remoteAddress())) {
            connection.turnAway("its address is not one of those that proxies come from");
        }
    }

    Step step() {
        return step;
    }

    /// The peer's own certificate first; empty if it showed none.
    List<X509Certificate> peerCertificates() {
        return peerCertificates;
    }

    /// Something that the handlers of the door have to tell.
    void heard(Object event) {
        switch (event) {
            case ProxyReader.Read it -> introduced(passage.believed(it.header()));
            case ProxyReader.Wrong it -> connection.turnAway(it.reason());
            case SslHandshakeCompletionEvent it when it.isSuccess() -> shakenHands();
            case SslHandshakeCompletionEvent it -> connection.turnAway(Tls.reason(it.cause()));
            // Its last word: what it does not say any more, it does not hear either.
            case SslCloseCompletionEvent it -> connection.hungUp();
            case WebSocketUpgrade.Agreed it -> goOn();
            case WebSocketUpgrade.Refused it -> connection.turnAway(it.reason());
            case WebSocketFrames.Ended it -> connection.hungUp(it.reason(), LEAVE_NANOS);
            default -> {}
        }
    }

    private void introduced(ProxyHeader header) {
        if (connection.isTurnedAway()) {
            return; // it is nobody whose word counts
        }
        String refusal = connection.handler().introduced(header);
        if (refusal == null) {
            goOn();
        } else {
            connection.turnAway(refusal);
        }
    }

    private void shakenHands() {
        peerCertificates = learnCertificates();
        goOn();
    }

    private void goOn() {
        Step next = passage.after(step);
        if (next != null) {
            step = next;
            return;
        }
        // The files may have been read again since it began, or a session be resumed. Whoever is
        // open hears of later lists by itself.
        String refusal = passage.refusal(peerCertificates);
        if (refusal != null) {
            connection.turnAway(refusal);
            return;
        }
        end();
        connection.open();
        if (answer != null) {
            answer.complete(connection);
        }
    }

    /// It is gone, and was never open.
    void failed(String reason) {
        end();
        if (answer != null) {
            answer.completeExceptionally(new IOException(step.words() + ": " + reason));
        }
    }

    private List<X509Certificate> learnCertificates() {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            SslHandler handler = channel.pipeline().get(SslHandler.class);
            for (Certificate each : handler.engine().getSession().getPeerCertificates()) {
                certificates.add((X509Certificate) each);
            }
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
        return List.copyOf(certificates);
    }

    /// Tells the peer that nothing more will come, then runs `afterwards`.
    void takeLeave(Runnable afterwards) {
        ChannelHandlerContext frames = channel.pipeline().context(WebSocketFrames.class);
        if (frames != null) {
            ((WebSocketFrames) frames.handler()).sayGoodbye(frames);
        }
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        if (handler == null) {
            afterwards.run();
        } else {
            handler.closeOutbound().addListener(said -> afterwards.run());
        }
    }

    /// It is open, or gone.
    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
