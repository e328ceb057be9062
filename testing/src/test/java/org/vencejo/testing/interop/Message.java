package org.vencejo.testing.interop;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A message as it is published or as it came. Immutable.
record Message(String topic, byte[] payload, int qos, boolean retain) {
    static Message of(String topic, String text, int qos) {
        return new Message(topic, text.getBytes(StandardCharsets.UTF_8), qos, false);
    }

    Message retained() {
        return new Message(topic, payload, qos, true);
    }

    String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message that
                && topic.equals(that.topic)
                && Arrays.equals(payload, that.payload)
                && qos == that.qos
                && retain == that.retain;
    }

    @Override
    public int hashCode() {
        return topic.hashCode() ^ Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        String shown = payload.length > 40 ? payload.length + " bytes" : "'" + text() + "'";
        return "%s %s qos %d%s".formatted(topic, shown, qos, retain ? " retained" : "");
    }
}
