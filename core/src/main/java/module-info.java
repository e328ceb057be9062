/// The rules of MQTT, without clock, thread, I/O or logger.
module org.vencejo.core {
    requires transitive org.vencejo.protocol;
    requires static transitive org.jspecify;
}
