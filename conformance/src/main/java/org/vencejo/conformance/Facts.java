package org.vencejo.conformance;

import java.util.HashMap;
import java.util.Map;
import org.vencejo.protocol.ProtocolVersion;

/// What one playing of a scenario knows: the version, the name that only it uses, and what it
/// remembers of what it was given. Confined to one thread.
final class Facts {
    private final ProtocolVersion version;
    private final String unique;
    private final Map<String, byte[]> remembered;

    Facts(ProtocolVersion version, String unique) {
        this(version, unique, Map.of());
    }

    private Facts(ProtocolVersion version, String unique, Map<String, byte[]> remembered) {
        this.version = version;
        this.unique = unique;
        this.remembered = new HashMap<>(remembered);
    }

    ProtocolVersion version() {
        return version;
    }

    /// `text` with the unique name in place of each `~`.
    String spelledOut(String text) {
        return text.replace("~", unique);
    }

    byte[] recall(String name) {
        byte[] bytes = remembered.get(name);
        if (bytes == null) {
            throw new IllegalStateException("$" + name + " was not seen before it is used");
        }
        return bytes.clone();
    }

    boolean knows(String name) {
        return remembered.containsKey(name);
    }

    void remember(String name, byte[] bytes) {
        remembered.put(name, bytes.clone());
    }

    /// A copy to try something with.
    Facts copy() {
        return new Facts(version, unique, remembered);
    }

    /// Takes over what a copy has learned.
    void learn(Facts from) {
        remembered.putAll(from.remembered);
    }
}
