/// Sockets on Netty, of TCP and Unix, plain, with TLS or WebSocket; knows no MQTT rule.
module org.vencejo.transport {
    requires transitive io.netty.buffer;
    requires transitive io.netty.transport;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.unix.common;
    requires java.naming;
    requires static org.bouncycastle.pkix;
    requires static org.bouncycastle.provider;
    requires static transitive org.jspecify;

    exports org.vencejo.transport;
}
