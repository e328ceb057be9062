package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.vencejo.protocol.ProtocolVersion;

/// Reads the elements of packets from the text of a scenario. Confined to one thread.
final class ElementReader {
    private static final String WORD_ENDS = " \t;,])}";

    private final String text;
    private int at;

    private ElementReader(String text) {
        this.text = text;
    }

    /// The packets of a line, which `;` parts.
    static List<List<Element>> packets(String text) {
        ElementReader in = new ElementReader(text);
        List<List<Element>> packets = new ArrayList<>();
        do {
            packets.add(in.elements(";"));
        } while (in.skip(";"));
        if (in.at != text.length()) {
            throw in.wrong("an element of a packet");
        }
        return packets;
    }

    private List<Element> elements(String ends) {
        List<Element> elements = new ArrayList<>();
        skipBlanks();
        while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
            elements.add(repeated(element()));
            skipBlanks();
        }
        return elements;
    }

    private Element repeated(Element element) {
        if (!skip("*")) {
            return element;
        }
        int start = at;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        if (start == at) {
            throw wrong("how many times");
        }
        return new Element.Repeated(element, Integer.parseInt(text.substring(start, at)));
    }

    private Element element() {
        char first = text.charAt(at);
        if (first == '"') {
            return new Element.Text(quoted());
        }
        if (first == '\'') {
            return new Element.Characters(quoted());
        }
        if (skip("[")) {
            return propertyBlock();
        }
        if (skip("(")) {
            Element reason = new Element.Reason(choices(until(')')));
            at++;
            return reason;
        }
        String word = word();
        if (skip("{")) {
            Set<ProtocolVersion> versions = Versions.of(word);
            List<Element> inside = elements("}");
            if (versions.isEmpty() || !skip("}")) {
                throw wrong("3.1{, 3.1.1{, 3.x{ or 5.0{ and a }");
            }
            return new Element.Only(versions, inside);
        }
        return switch (word) {
            case "LL" -> new Element.RemainingLength();
            case "??" -> new Element.AnyOctet();
            case "..." -> new Element.Rest();
            case "MQTT" -> new Element.NameAndLevel();
            case "PRESENT" -> new Element.SessionPresent();
            default ->
                    word.startsWith("$")
                            ? remembered(word.substring(1))
                            : new Element.Octet(choices(word));
        };
    }

    private static Element remembered(String word) {
        boolean isText = word.endsWith(":text");
        return new Element.Remembered(
                isText ? word.substring(0, word.length() - ":text".length()) : word, isText);
    }

    private Element propertyBlock() {
        List<List<Element>> properties = new ArrayList<>();
        List<Integer> absent = new ArrayList<>();
        boolean others = false;
        do {
            skipBlanks();
            if (skip("*")) {
                others = true;
            } else if (skip("!")) {
                absent.addAll(choices(word()));
            } else {
                List<Element> property = elements(",]");
                if (!property.isEmpty()) {
                    properties.add(property);
                }
            }
            skipBlanks();
        } while (skip(","));
        if (!skip("]")) {
            throw wrong("]");
        }
        return new Element.PropertyBlock(properties, others, absent);
    }

    private List<Integer> choices(String word) {
        List<Integer> choices = new ArrayList<>();
        for (String choice : word.strip().split("\\|", -1)) {
            if (!choice.matches("[0-9A-F]{2}(\\.\\.[0-9A-F]{2})?")) {
                throw wrong("a byte in two digits");
            }
            int first = Integer.parseInt(choice.substring(0, 2), 16);
            int last = Integer.parseInt(choice.substring(choice.length() - 2), 16);
            IntStream.rangeClosed(first, last).forEach(choices::add);
        }
        return choices;
    }

    private String quoted() {
        char quote = text.charAt(at++);
        String content = until(quote);
        at++;
        return content;
    }

    private String until(char end) {
        int found = text.indexOf(end, at);
        if (found < 0) {
            throw wrong("a closing " + end);
        }
        String content = text.substring(at, found);
        at = found;
        return content;
    }

    private String word() {
        int start = at;
        while (at < text.length()
                && WORD_ENDS.indexOf(text.charAt(at)) < 0
                && text.charAt(at) != '{'
                && text.charAt(at) != '*') {
            at++;
        }
        if (start == at) {
            throw wrong("an element of a packet");
        }
        return text.substring(start, at);
    }

    private boolean skip(String token) {
        if (text.startsWith(token, at)) {
            at += token.length();
            return true;
        }
        return false;
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException(
                "expected %s at character %d of: %s".formatted(expected, at + 1, text));
    }
}
