/// The MQTT client library.
module org.vencejo.client {
    requires org.vencejo.core;
    requires org.vencejo.transport;
    requires static transitive org.jspecify;
}
