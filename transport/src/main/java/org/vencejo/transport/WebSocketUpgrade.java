package org.vencejo.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The request of a client to go on in WebSocket, and our answer: the first and only one of HTTP on
/// a connection.
///
/// Confined to its event loop. Nothing of the request is kept that is longer than a few kilobytes.
final class WebSocketUpgrade extends ChannelInboundHandlerAdapter {
    private static final int LINE_BYTES_MAX = 4 << 10;
    private static final int HEADER_BYTES_MAX = 8 << 10;
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final String VERSION = "13";

    private final WebSocketServer server;
    private final boolean secure;
    private @Nullable HttpRequest request;
    private boolean answered;

    private WebSocketUpgrade(WebSocketServer server, boolean secure) {
        this.server = server;
        this.secure = secure;
    }

    /// WebSocket was agreed on, and its frames follow.
    record Agreed() {}

    /// It was not, for this reason.
    record Refused(String reason) {}

    /// Puts what it takes before the last handler of a pipeline.
    static void prepend(ChannelPipeline pipeline, WebSocketServer server, boolean secure) {
        HttpRequestDecoder decoder =
                new HttpRequestDecoder(
                        new HttpDecoderConfig()
                                .setMaxInitialLineLength(LINE_BYTES_MAX)
                                .setMaxHeaderSize(HEADER_BYTES_MAX));
        decoder.setCumulator(Tls.RIGHT_SIZED);
        pipeline.addFirst(decoder, new HttpResponseEncoder(), new WebSocketUpgrade(server, secure));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (answered) {
                return;
            }
            if (message instanceof HttpRequest it) {
                request = it;
                refuseIfDamaged(context, it.decoderResult());
            }
            if (message instanceof HttpContent it && !answered) {
                refuseIfDamaged(context, it.decoderResult());
                if (!answered && it.content().isReadable()) {
                    refuse(context, HttpResponseStatus.BAD_REQUEST, "the request has a body");
                }
            }
            if (message instanceof LastHttpContent && !answered && request != null) {
                answer(context, request);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void refuseIfDamaged(ChannelHandlerContext context, DecoderResult result) {
        if (result.isSuccess()) {
            return;
        }
        switch (result.cause()) {
            case TooLongHttpLineException it ->
                    refuse(
                            context,
                            HttpResponseStatus.REQUEST_URI_TOO_LONG,
                            "a line of more than " + LINE_BYTES_MAX + " bytes");
            case TooLongHttpHeaderException it ->
                    refuse(
                            context,
                            HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                            "headers of more than " + HEADER_BYTES_MAX + " bytes");
            case null, default ->
                    refuse(context, HttpResponseStatus.BAD_REQUEST, "what came is no HTTP");
        }
    }

    private void answer(ChannelHandlerContext context, HttpRequest asked) {
        HttpHeaders headers = asked.headers();
        List<String> offered = words(headers, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
        if (!asked.uri().split("\\?", 2)[0].equals(server.path())) {
            refuse(context, HttpResponseStatus.NOT_FOUND, "a path other than " + server.path());
        } else if (!asked.method().equals(HttpMethod.GET)
                || !asked.protocolVersion().equals(HttpVersion.HTTP_1_1)
                || !words(headers, HttpHeaderNames.CONNECTION).contains("upgrade")
                || !words(headers, HttpHeaderNames.UPGRADE).contains("websocket")) {
            refuse(
                    context,
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    "a request that asks for no WebSocket");
        } else if (!VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            refuse(context, HttpResponseStatus.UPGRADE_REQUIRED, "a version other than 13");
        } else if (!isKey(key)) {
            refuse(context, HttpResponseStatus.BAD_REQUEST, "no key of 16 bytes in base64");
        } else if (!headers.getAll(HttpHeaderNames.ORIGIN).stream()
                .allMatch(origin ->
                        server.admits(origin, headers.get(HttpHeaderNames.HOST, ""), secure))) {
            refuse(
                    context,
                    HttpResponseStatus.FORBIDDEN,
                    "the origin is not one of those in websocket.origins: "
                            + headers.get(HttpHeaderNames.ORIGIN));
        } else if (offered.contains("mqtt")) {
            agree(context, key, "mqtt"); // [MQTT-6.0.0-4]
        } else if (offered.contains("mqttv3.1")) {
            agree(context, key, "mqttv3.1");
        } else {
            refuse(
                    context,
                    HttpResponseStatus.BAD_REQUEST,
                    "no subprotocol mqtt is offered"); // [MQTT-6.0.0-3]
        }
    }

    private void agree(ChannelHandlerContext context, String key, String subprotocol) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.SWITCHING_PROTOCOLS,
                        Unpooled.EMPTY_BUFFER);
        response.headers()
                .set(HttpHeaderNames.UPGRADE, "websocket")
                .set(HttpHeaderNames.CONNECTION, "Upgrade")
                .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept(key))
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, subprotocol);
        answered = true;
        var unused = context.writeAndFlush(response);
        goOn(
                context,
                new WebSocketFrames(true),
                HttpResponseEncoder.class,
                HttpRequestDecoder.class);
    }

    /// Has frames take the place of HTTP. The decoder comes last: what it has of them goes on then.
    static void goOn(
            ChannelHandlerContext context,
            WebSocketFrames frames,
            Class<? extends ChannelHandler> encoder,
            Class<? extends ChannelHandler> decoder) {
        ChannelPipeline pipeline = context.pipeline();
        pipeline.replace(context.name(), null, frames);
        pipeline.context(frames).fireUserEventTriggered(new Agreed());
        pipeline.remove(encoder);
        pipeline.remove(decoder);
    }

    // What is not of HTTP or WebSocket but of this broker's set-up, the log alone says.
    private void refuse(ChannelHandlerContext context, HttpResponseStatus status, String reason) {
        answered = true;
        boolean isOurs =
                status.equals(HttpResponseStatus.NOT_FOUND)
                        || status.equals(HttpResponseStatus.FORBIDDEN);
        String told = isOurs ? status.reasonPhrase() : reason;
        FullHttpResponse response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        status,
                        Unpooled.copiedBuffer(told + "\n", StandardCharsets.UTF_8));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, "close");
        if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers()
                    .set(HttpHeaderNames.UPGRADE, "websocket")
                    .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
        }
        var unused = context.writeAndFlush(response);
        context.fireUserEventTriggered(new Refused(reason));
    }

    /// The words of all headers of that name, in lower case.
    static List<String> words(HttpHeaders headers, CharSequence name) {
        List<String> words = new ArrayList<>();
        for (String each : headers.getAll(name)) {
            for (String word : each.split(",", -1)) {
                words.add(word.strip().toLowerCase(Locale.ROOT));
            }
        }
        return words;
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// What only somebody who knows of WebSocket answers to a key.
    static String accept(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-1")
                                    .digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-1", impossible);
        }
    }
}
