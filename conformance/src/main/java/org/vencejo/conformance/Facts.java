package org.vencejo.conformance;

import java.util.HashMap;
import java.util.List;
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

    /// Facts with something for each name that `steps` remember, to see what they would send.
    static Facts ofAnything(ProtocolVersion version, List<Step> steps) {
        Facts facts = new Facts(version, "name");
        for (Step step : steps) {
            if (step instanceof Step.Expect expected) {
                expected.packets().forEach(packet -> packet.forEach(facts::rememberAnything));
            }
        }
        return facts;
    }

    private void rememberAnything(Element element) {
        switch (element) {
            case Element.Remembered it -> remember(it.name(), new byte[] {0, 1});
            case Element.Only it -> it.elements().forEach(this::rememberAnything);
            case Element.Repeated it -> rememberAnything(it.element());
            case Element.PropertyBlock it ->
                    it.properties().forEach(property -> property.forEach(this::rememberAnything));
            case Element.Octet _,
                    Element.AnyOctet _,
                    Element.Rest _,
                    Element.RemainingLength _,
                    Element.Text _,
                    Element.Characters _,
                    Element.NameAndLevel _,
                    Element.SessionPresent _,
                    Element.Reason _ -> {}
        }
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
