package org.vencejo.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.vencejo.protocol.ProtocolVersion;

/// Compares a packet with the elements that a scenario expects. Confined to one thread.
///
/// A packet that does not match is a [Mismatch] that names the byte; what was to be remembered is
/// learned only if all of it matches.
final class Matching {
    private final Facts facts;
    private final Cursor in;

    private Matching(Facts facts, Cursor in) {
        this.facts = facts;
        this.in = in;
    }

    /// Returns if `packet` is what `elements` expect, and learns what they remember.
    static void match(List<Element> elements, byte[] packet, Facts facts) {
        Facts tried = facts.copy();
        Cursor in = new Cursor(packet);
        Matching matching = new Matching(tried, in);
        try {
            matching.all(elements);
            if (!in.atEnd()) {
                throw new Mismatch("the end of the packet", in.left() + " more bytes");
            }
        } catch (Mismatch mismatch) {
            String where = "at byte %d: ".formatted(in.position());
            throw new Mismatch(where, mismatch);
        }
        facts.learn(tried);
    }

    private void all(List<Element> elements) {
        for (Element element : elements) {
            one(element);
        }
    }

    private void one(Element element) {
        boolean mqtt5 = facts.version() == ProtocolVersion.MQTT_5;
        switch (element) {
            case Element.Octet it -> octet(it.choices());
            case Element.AnyOctet _ -> in.octet();
            case Element.Rest _ -> in.octets(in.left());
            case Element.RemainingLength _ -> {
                int given = in.variableByteInteger();
                if (given != in.left()) {
                    throw new Mismatch("Remaining Length " + in.left(), Integer.toString(given));
                }
            }
            case Element.Text it -> text(it.content());
            case Element.Characters it -> {
                byte[] wanted = facts.spelledOut(it.content()).getBytes(StandardCharsets.UTF_8);
                same(wanted, in.octets(wanted.length), "'" + it.content() + "'");
            }
            case Element.NameAndLevel _ ->
                    throw new IllegalStateException("no server sends a protocol name");
            case Element.SessionPresent _ ->
                    octet(List.of(facts.version() == ProtocolVersion.MQTT_3_1 ? 0 : 1));
            case Element.PropertyBlock it -> {
                if (mqtt5) {
                    properties(it);
                }
            }
            case Element.Reason it -> {
                if (mqtt5) {
                    reason(it.choices());
                }
            }
            case Element.Remembered it -> remembered(it);
            case Element.Only it -> {
                if (it.versions().contains(facts.version())) {
                    all(it.elements());
                }
            }
            case Element.Repeated it -> {
                for (int i = 0; i < it.times(); i++) {
                    one(it.element());
                }
            }
        }
    }

    private void octet(List<Integer> choices) {
        int given = in.octet();
        if (!choices.contains(given)) {
            throw new Mismatch(text(choices), Octets.hex(given));
        }
    }

    private void text(String content) {
        String wanted = facts.spelledOut(content);
        String given = new String(in.string(), StandardCharsets.UTF_8);
        if (!wanted.equals(given)) {
            throw new Mismatch("\"" + wanted + "\"", "\"" + given + "\"");
        }
    }

    private void remembered(Element.Remembered element) {
        byte[] given = element.isText() ? in.string() : in.octets(2);
        if (facts.knows(element.name())) {
            same(facts.recall(element.name()), given, "$" + element.name());
        } else {
            facts.remember(element.name(), given);
        }
    }

    private static void same(byte[] wanted, byte[] given, String name) {
        if (!Arrays.equals(wanted, given)) {
            throw new Mismatch(name + " = " + Octets.hex(wanted), Octets.hex(given));
        }
    }

    // Success may be left out, and so may an empty block behind any code (U5-31). What a server
    // adds here for people is its own affair.
    private void reason(List<Integer> choices) {
        if (in.atEnd() && choices.contains(0)) {
            return;
        }
        octet(choices);
        if (!in.atEnd()) {
            WireProperty.block(in);
        }
    }

    private void properties(Element.PropertyBlock block) {
        List<byte[]> given = new ArrayList<>(WireProperty.block(in));
        for (int identifier : block.absent()) {
            if (given.stream().anyMatch(property -> (property[0] & 0xFF) == identifier)) {
                throw new Mismatch("no " + WireProperty.of(identifier).title(), "one");
            }
        }
        // The order of User Properties means something [MQTT-3.3.2-18], that of others does not:
        // each is looked for behind the last one of its kind.
        int afterUserProperty = 0;
        for (List<Element> wanted : block.properties()) {
            byte[] first = Encoding.bytes(wanted.subList(0, 1), facts);
            boolean isUserProperty = first[0] == WireProperty.USER_PROPERTY.identifier();
            int at = find(wanted, given, isUserProperty ? afterUserProperty : 0);
            if (at < 0) {
                throw new Mismatch(
                        "a Property " + describe(first[0] & 0xFF, wanted), describe(given));
            }
            given.remove(at);
            afterUserProperty =
                    isUserProperty ? at : afterUserProperty - (at < afterUserProperty ? 1 : 0);
        }
        if (!block.othersAllowed() && !given.isEmpty()) {
            throw new Mismatch("no other Property", describe(given));
        }
    }

    private int find(List<Element> wanted, List<byte[]> given, int from) {
        for (int i = from; i < given.size(); i++) {
            if (matches(wanted, given.get(i))) {
                return i;
            }
        }
        return -1;
    }

    private boolean matches(List<Element> wanted, byte[] property) {
        try {
            match(wanted, property, facts);
            return true;
        } catch (Mismatch another) {
            return false;
        }
    }

    private String describe(int identifier, List<Element> wanted) {
        String title = WireProperty.of(identifier).title();
        try {
            return title + " = " + Octets.hex(Encoding.bytes(wanted, facts));
        } catch (IllegalStateException open) {
            return title;
        }
    }

    private static String describe(List<byte[]> properties) {
        return properties.isEmpty()
                ? "none"
                : properties.stream()
                        .map(property ->
                                WireProperty.of(property[0] & 0xFF).title()
                                        + " = "
                                        + Octets.hex(property))
                        .collect(Collectors.joining(", "));
    }

    private static String text(List<Integer> choices) {
        return choices.stream().map(Octets::hex).collect(Collectors.joining("|"));
    }
}
