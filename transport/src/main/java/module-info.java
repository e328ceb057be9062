/// Sockets on Netty; knows no MQTT rule.
module org.vencejo.transport {
    requires transitive io.netty.buffer;
    requires transitive io.netty.transport;
    requires io.netty.common;
    requires io.netty.transport.classes.epoll;
    requires static transitive org.jspecify;

    exports org.vencejo.transport;
}
