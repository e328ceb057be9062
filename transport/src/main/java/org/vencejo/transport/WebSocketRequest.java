package org.vencejo.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Our request to a server to go on in WebSocket, and its answer.
///
/// Confined to its event loop.
final class WebSocketRequest extends ChannelInboundHandlerAdapter {
    private static final int LINE_BYTES_MAX = 4 << 10;
    private static final int HEADER_BYTES_MAX = 16 << 10;
    private static final int SHOWN_MAX = 100;

    /// Of headers, in lower case.
    private static final String WEBSOCKET = "websocket";

    private static final String UPGRADE = "upgrade";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final WebSocketClient client;
    private final String host;
    private final boolean afterTls;
    private final String key;
    private boolean answered;
    private boolean agreed;

    private WebSocketRequest(WebSocketClient client, String host, boolean afterTls) {
        this.client = client;
        this.host = host;
        this.afterTls = afterTls;
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        this.key = Base64.getEncoder().encodeToString(random);
    }

    /// Puts what it takes before the last handler of a pipeline.
    static void prepend(
            ChannelPipeline pipeline,
            WebSocketClient client,
            String host,
            int port,
            boolean afterTls) {
        String authority = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        HttpResponseDecoder decoder =
                new HttpResponseDecoder(
                        new HttpDecoderConfig()
                                .setMaxInitialLineLength(LINE_BYTES_MAX)
                                .setMaxHeaderSize(HEADER_BYTES_MAX));
        decoder.setCumulator(Tls.RIGHT_SIZED);
        pipeline.addFirst(
                decoder,
                new HttpRequestEncoder(),
                new WebSocketRequest(client, authority, afterTls));
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.fireChannelActive();
        if (!afterTls) {
            ask(context);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        context.fireUserEventTriggered(event);
        if (event instanceof SslHandshakeCompletionEvent it && it.isSuccess()) {
            ask(context);
        }
    }

    private void ask(ChannelHandlerContext context) {
        FullHttpRequest request =
                new DefaultFullHttpRequest(
                        HttpVersion.HTTP_1_1, HttpMethod.GET, client.path(), Unpooled.EMPTY_BUFFER);
        request.headers()
                .set(HttpHeaderNames.HOST, host)
                .set(HttpHeaderNames.UPGRADE, "websocket")
                .set(HttpHeaderNames.CONNECTION, "Upgrade")
                .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key)
                .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13")
                .set(
                        HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL,
                        client.subprotocol()); // [MQTT-6.0.0-3]
        var unused = context.writeAndFlush(request);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (!answered && message instanceof HttpResponse response) {
                answered = true;
                String wrong = wrongAbout(response);
                agreed = wrong == null;
                if (wrong != null) {
                    context.fireUserEventTriggered(new WebSocketUpgrade.Refused(wrong));
                }
            }
            if (agreed && message instanceof LastHttpContent) {
                WebSocketUpgrade.goOn(
                        context,
                        new WebSocketFrames(false),
                        HttpRequestEncoder.class,
                        HttpResponseDecoder.class);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private @Nullable String wrongAbout(HttpResponse response) {
        HttpHeaders headers = response.headers();
        if (response.decoderResult().isFailure()) {
            return "what came is no HTTP";
        }
        if (!response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            return "answered with " + shown(List.of(response.status().toString()));
        }
        // Who does not know of WebSocket may echo some of it, a cache or a proxy say: RFC 6455, 4.1
        if (!WebSocketUpgrade.words(headers, HttpHeaderNames.UPGRADE).equals(List.of(WEBSOCKET))) {
            return "the answer is not `Upgrade: websocket` but "
                    + shown(headers.getAll(HttpHeaderNames.UPGRADE));
        }
        if (!WebSocketUpgrade.words(headers, HttpHeaderNames.CONNECTION).contains(UPGRADE)) {
            return "the answer is not `Connection: Upgrade` but "
                    + shown(headers.getAll(HttpHeaderNames.CONNECTION));
        }
        if (!headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT)
                .equals(List.of(WebSocketUpgrade.accept(key)))) {
            return "the answer is to another request: it has not the `Sec-WebSocket-Accept` of ours";
        }
        List<String> extensions = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
        if (!extensions.isEmpty()) {
            return "the answer has extensions that were not asked for: " + shown(extensions);
        }
        // [MQTT-6.0.0-4]
        List<String> subprotocol = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        return subprotocol.equals(List.of(client.subprotocol()))
                ? null
                : "the subprotocol %s was answered with %s"
                        .formatted(client.subprotocol(), shown(subprotocol));
    }

    /// What a server said, as a line for people.
    private static String shown(List<String> values) {
        if (values.isEmpty()) {
            return "none";
        }
        String text = String.join(", ", values).replaceAll("[^ -~]", "?");
        return text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "..." : text;
    }
}
