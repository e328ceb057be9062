/// The MQTT client library.
module org.vencejo.client {
    requires transitive org.vencejo.protocol;
    requires org.vencejo.core;
    requires org.vencejo.transport;
    requires static transitive org.jspecify;

    exports org.vencejo.client;
}
