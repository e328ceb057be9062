/// The rules of MQTT as one deterministic state machine without I/O.
module org.vencejo.core {
    requires transitive org.vencejo.protocol;
    requires static transitive org.jspecify;

    exports org.vencejo.core;
    exports org.vencejo.core.routing;
    exports org.vencejo.core.session;
}
