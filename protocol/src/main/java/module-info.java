/// MQTT Control Packets for 3.1, 3.1.1 and 5.0 as records, and the codec between them and bytes.
module org.vencejo.protocol {
    requires transitive io.netty.buffer;
    requires static transitive org.jspecify;

    exports org.vencejo.protocol;
}
