package org.vencejo.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.vencejo.protocol.ProtocolVersion;

/// Makes the bytes that a scenario sends out of their elements.
final class Encoding {
    private Encoding() {}

    static byte[] bytes(List<Element> elements, Facts facts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < elements.size(); i++) {
            if (elements.get(i) instanceof Element.RemainingLength) {
                byte[] rest = bytes(elements.subList(i + 1, elements.size()), facts);
                out.writeBytes(Octets.variableByteInteger(rest.length));
                out.writeBytes(rest);
                return out.toByteArray();
            }
            out.writeBytes(bytes(elements.get(i), facts));
        }
        return out.toByteArray();
    }

    private static byte[] bytes(Element element, Facts facts) {
        boolean mqtt5 = facts.version() == ProtocolVersion.MQTT_5;
        return switch (element) {
            case Element.Octet it -> {
                if (it.choices().size() != 1) {
                    throw new IllegalStateException("a choice of bytes can only be expected");
                }
                yield new byte[] {it.choices().getFirst().byteValue()};
            }
            case Element.Text it -> Octets.string(utf8(facts.spelledOut(it.content())));
            case Element.Characters it -> utf8(facts.spelledOut(it.content()));
            case Element.NameAndLevel _ -> nameAndLevel(facts.version());
            case Element.SessionPresent _ ->
                    new byte[] {(byte) (facts.version() == ProtocolVersion.MQTT_3_1 ? 0 : 1)};
            case Element.PropertyBlock it -> mqtt5 ? block(it, facts) : new byte[0];
            case Element.Reason it ->
                    mqtt5 ? new byte[] {it.choices().getFirst().byteValue()} : new byte[0];
            case Element.Remembered it -> {
                byte[] bytes = facts.recall(it.name());
                yield it.isText() ? Octets.string(bytes) : bytes;
            }
            case Element.Only it ->
                    it.versions().contains(facts.version())
                            ? bytes(it.elements(), facts)
                            : new byte[0];
            case Element.Repeated it -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                byte[] once = bytes(it.element(), facts);
                for (int i = 0; i < it.times(); i++) {
                    out.writeBytes(once);
                }
                yield out.toByteArray();
            }
            case Element.RemainingLength _, Element.AnyOctet _, Element.Rest _ ->
                    throw new IllegalStateException(element + " cannot be sent here");
        };
    }

    static byte[] nameAndLevel(ProtocolVersion version) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Octets.string(utf8(version.protocolName())));
        out.write(version.level());
        return out.toByteArray();
    }

    private static byte[] block(Element.PropertyBlock block, Facts facts) {
        if (block.othersAllowed() || !block.absent().isEmpty()) {
            throw new IllegalStateException("* and ! can only be expected of Properties");
        }
        ByteArrayOutputStream properties = new ByteArrayOutputStream();
        for (List<Element> property : block.properties()) {
            properties.writeBytes(bytes(property, facts));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Octets.variableByteInteger(properties.size()));
        out.writeBytes(properties.toByteArray());
        return out.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
