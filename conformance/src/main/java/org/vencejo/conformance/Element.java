package org.vencejo.conformance;

import java.util.List;
import java.util.Set;
import org.vencejo.protocol.ProtocolVersion;

/// A piece of a packet as a scenario writes it, to be sent or to be expected. Immutable.
///
/// How each is written stands in [ScenarioReader]; [Encoding] makes bytes of it, [Matching]
/// compares it with bytes.
sealed interface Element {

    /// `30`: one byte; `30|31`, `02..12`: one of these, expected only.
    record Octet(List<Integer> choices) implements Element {}

    /// `??`: any byte, expected only.
    record AnyOctet() implements Element {}

    /// `...`: whatever follows, expected only.
    record Rest() implements Element {}

    /// `LL`: the Remaining Length that the bytes behind it have.
    record RemainingLength() implements Element {}

    /// `"a/b"`: a UTF-8 string with its two bytes of length.
    record Text(String content) implements Element {}

    /// `'hello'`: the bytes of the characters alone.
    record Characters(String content) implements Element {}

    /// `MQTT`: the protocol name and level of the version under test.
    record NameAndLevel() implements Element {}

    /// `PRESENT`: the byte that says Session Present 1; in 3.1 it says nothing and is 0.
    record SessionPresent() implements Element {}

    /// `[0B 05, *]`: Properties with their length; nothing before 5.0.
    record PropertyBlock(
            List<List<Element>> properties, boolean othersAllowed, List<Integer> absent)
            implements Element {}

    /// `(00|10)`: the Reason Code of an acknowledgement; nothing before 5.0.
    record Reason(List<Integer> choices) implements Element {}

    /// `$p`, `$id:text`: bytes that an expectation remembers at first and all others repeat.
    record Remembered(String name, boolean isText) implements Element {}

    /// `3.x{ 01 }`: there in these versions only.
    record Only(Set<ProtocolVersion> versions, List<Element> elements) implements Element {}

    /// `'x'*100`: so many times.
    record Repeated(Element element, int times) implements Element {}
}
