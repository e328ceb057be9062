package org.vencejo.conformance;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.vencejo.conformance.Trial.Numbered;
import org.vencejo.conformance.Wire.Heard;
import org.vencejo.protocol.ProtocolVersion;

/// Plays one trial on one wire, step by step. Confined to one thread.
///
/// When all steps are done, every client that is still connected sends a PINGREQ, and PINGRESP has
/// to be the next packet: a server that says more than a scenario expects fails it too.
public final class Runner {
    private static final int STORY_MAX = 24;
    private static final int LEFTOVERS_MAX = 10_000;
    private static final byte[] PINGREQ = {(byte) 0xC0, 0};
    private static final byte[] PINGRESP = {(byte) 0xD0, 0};
    private static final byte[] DISCONNECT = {(byte) 0xE0, 0};
    private static final byte CONNACK = 0x20;
    private static final int ERRORS_FROM = 0x80;

    private static final int DISCONNECT_TYPE = 14;
    private static final int PUBLISH_TYPE = 3;
    private static final int PUBREL = 0x62;
    private static final int QOS_BITS = 6;
    private static final int QOS_2 = 4;

    /// The choice to pass QoS 2 messages on before they are released.
    private static final String QOS_2_AT_PUBLISH = "B2";

    /// The choice to say why before a connection is closed.
    private static final String REASON_TOLD = "B40";

    private final Trial trial;
    private final Wire wire;
    private final Facts facts;
    private final Map<String, Wire.Line> lines = new HashMap<>();
    private final Map<String, Wire.Line> left = new HashMap<>();
    private final Set<Wire.Line> accepted = new HashSet<>();
    private final List<String> story = new ArrayList<>();
    private byte @Nullable [] lastHeard;
    private boolean heardTheEnd;

    // QoS 2 messages that were published and not released, as client and Packet Identifier
    private final Set<String> unreleased = new HashSet<>();

    private Runner(Trial trial, Wire wire, Facts facts) {
        this.trial = trial;
        this.wire = wire;
        this.facts = facts;
    }

    /// Plays `trial` at `place`; returns what went wrong, if anything did.
    public static Optional<Failure> play(Trial trial, Place place) {
        try (Wire wire = place.wire(trial.scenario().setup())) {
            Facts facts = new Facts(trial.version(), wire.unique());
            return new Runner(trial, wire, facts).play(place);
        }
    }

    private Optional<Failure> play(Place at) {
        String place = at.name();
        Optional<Failure> untoldReason = Optional.empty();
        List<Numbered> steps = trial.steps();
        for (int i = 0; i < steps.size(); i++) {
            Numbered numbered = steps.get(i);
            lastHeard = null;
            heardTheEnd = false;
            try {
                step(numbered.step());
            } catch (Mismatch mismatch) {
                boolean isFree = !at.abilities().contains(Ability.CHOICES);
                boolean isReason = isFree && isOtherReason(steps, i);
                List<String> ids =
                        isReason
                                ? List.of(REASON_TOLD)
                                : isFree && waitsForPubrel(numbered.step())
                                        ? List.of(QOS_2_AT_PUBLISH)
                                        : cited(numbered.comment());
                Failure failure = failure(numbered.number(), numbered.text(), ids, place, mismatch);
                if (!isReason) {
                    return Optional.of(failure);
                }
                untoldReason = untoldReason.or(() -> Optional.of(failure));
            }
        }
        lastHeard = null;
        try {
            nothingLeft();
        } catch (Mismatch mismatch) {
            int line = trial.scenario().lines().getLast().number();
            return Optional.of(failure(line, "(the end)", trial.ids(), place, mismatch));
        }
        return untoldReason;
    }

    // Whether the server refuses or closes as it must, and only the reason is missing or another.
    // What follows can be played then.
    private boolean isOtherReason(List<Numbered> steps, int at) {
        if (trial.version() != ProtocolVersion.MQTT_5) {
            return false;
        }
        try {
            return switch (steps.get(at).step()) {
                case Step.Closed it when endsOrSays(DISCONNECT[0]) -> {
                    if (lastHeard != null) {
                        requireNoSessionExpiryInterval(lastHeard);
                    }
                    end(it.client());
                    yield true;
                }
                case Step.Expect it ->
                        isOtherAnswer(it)
                                && steps.subList(at + 1, steps.size()).stream()
                                        .map(Numbered::step)
                                        .filter(next -> next.isOf(it.client()))
                                        .findFirst()
                                        .filter(Step.Closed.class::isInstance)
                                        .isPresent();
                default -> false;
            };
        } catch (Mismatch noEnd) {
            return false;
        }
    }

    private boolean isOtherAnswer(Step.Expect expected) {
        return (expected.isOf(CONNACK >>> 4) && endsOrSays(CONNACK))
                || (expected.isOf(DISCONNECT_TYPE) && lastHeard == null && heardTheEnd);
    }

    // Whether the message may be one that the server passes on when it has PUBREL, as it may.
    private boolean waitsForPubrel(Step step) {
        return !unreleased.isEmpty()
                && !heardTheEnd
                && step instanceof Step.Expect expected
                && expected.packets().stream()
                        .anyMatch(packet -> Step.Expect.isOf(packet, PUBLISH_TYPE));
    }

    private boolean endsOrSays(byte type) {
        byte[] heard = lastHeard;
        if (heard == null) {
            return heardTheEnd;
        }
        Cursor in = new Cursor(heard);
        in.octet();
        in.variableByteInteger();
        in.octets(type == CONNACK ? 1 : 0);
        return heard[0] == type && in.octet() >= ERRORS_FROM;
    }

    // ---- steps
    // -----------------------------------------------------------------------------------

    private void step(Step step) {
        switch (step) {
            case Step.Open it -> open(it.client());
            case Step.Send it -> send(it);
            case Step.Expect it -> expect(it);
            case Step.Closed it -> closed(it.client(), it.reasonCodes());
            case Step.Leave it -> {
                Wire.Line line = line(it.client());
                tell(it.client() + (it.byReset() ? " resets" : " closes"));
                if (it.byReset()) {
                    line.reset();
                } else {
                    line.end();
                }
                lines.remove(it.client());
            }
            case Step.CrossBoundary it -> cross(it.client());
            case Step.Wait it -> {
                tell("time: " + it.time());
                wire.advance(it.time());
            }
            case Step.Restart it -> restart(it.after());
            case Step.Stop _ -> {
                tell("the server stops");
                wire.stop();
            }
            case Step.Journal it -> wire.holdJournal(it.holds());
            case Step.Access it -> {
                tell("from now on: " + it);
                wire.deny(it.what(), it.denied());
            }
            case Step.Differ it -> {
                byte[] one = facts.recall(it.one());
                if (Arrays.equals(one, facts.recall(it.other()))) {
                    throw new Mismatch("two different values", Octets.hex(one) + " for both");
                }
            }
        }
    }

    private void open(String client) {
        Wire.Line before = lines.put(client, wire.open());
        if (before != null) {
            lines.put(client + "'", before);
        }
    }

    private void send(Step.Send step) {
        if (!lines.containsKey(step.client())) {
            open(step.client());
        }
        Wire.Line line = line(step.client());
        List<byte[]> packets = new ArrayList<>();
        for (List<Element> elements : step.packets()) {
            byte[] packet = Encoding.bytes(elements, facts);
            tell(step.client() + " > " + Octets.hex(packet));
            packets.add(packet);
            release(step.client(), packet);
        }
        byte[] write = joined(packets);
        if (step.byteByByte()) {
            for (byte one : write) {
                line.send(new byte[] {one});
            }
        } else {
            line.send(write);
        }
    }

    private void release(String client, byte[] packet) {
        try {
            Cursor in = new Cursor(packet);
            int first = in.octet();
            in.variableByteInteger();
            if (first >>> 4 == PUBLISH_TYPE && (first & QOS_BITS) == QOS_2) {
                in.string();
                unreleased.add(client + in.twoBytes());
            } else if (first == PUBREL) {
                unreleased.remove(client + in.twoBytes());
            }
        } catch (Mismatch malformed) {
            return; // No server passes that on.
        }
    }

    private void expect(Step.Expect step) {
        List<List<Element>> missing = new ArrayList<>(step.packets());
        while (!missing.isEmpty()) {
            byte[] packet = packet(step.client());
            missing.remove(matching(missing, packet));
            if ((packet[0] & 0xF0) == 0x20) {
                accepted.add(line(step.client()));
            }
        }
    }

    private List<Element> matching(List<List<Element>> candidates, byte[] packet) {
        List<Mismatch> mismatches = new ArrayList<>();
        for (List<Element> elements : candidates) {
            try {
                Matching.match(elements, packet, facts);
                return elements;
            } catch (Mismatch mismatch) {
                mismatches.add(mismatch);
            }
        }
        throw mismatches.getFirst();
    }

    private byte[] packet(String client) {
        return switch (hear(client)) {
            case Heard.Packet it -> it.bytes();
            case Heard.Closed it ->
                    throw new Mismatch("a packet", "the end of the connection" + behind(it));
            case Heard.Silence _ -> throw new Mismatch("a packet", "nothing");
        };
    }

    private void closed(String client, List<Integer> reasonCodes) {
        if (trial.version() == ProtocolVersion.MQTT_5 && !reasonCodes.isEmpty()) {
            byte[] packet = packet(client);
            Matching.match(
                    List.of(
                            new Element.Octet(List.of(0xE0)),
                            new Element.RemainingLength(),
                            new Element.Reason(reasonCodes)),
                    packet,
                    facts);
            requireNoSessionExpiryInterval(packet);
        }
        end(client);
    }

    private void end(String client) {
        expectEnd(client);
        line(client).reset();
        lines.remove(client);
    }

    // [MQTT-3.14.2-2]: no server says it, whatever the scenario is about.
    private static void requireNoSessionExpiryInterval(byte[] disconnect) {
        Cursor in = new Cursor(disconnect);
        in.octet();
        in.variableByteInteger();
        if (in.left() > 1) {
            in.octet();
            for (byte[] property : WireProperty.block(in)) {
                if (property[0] == WireProperty.SESSION_EXPIRY_INTERVAL.identifier()) {
                    throw new Mismatch("no Session Expiry Interval", Octets.hex(property));
                }
            }
        }
    }

    private void expectEnd(String client) {
        switch (hear(client)) {
            case Heard.Packet it ->
                    throw new Mismatch("the end of the connection", Octets.hex(it.bytes()));
            case Heard.Closed it -> {
                if (it.unfinished().length > 0) {
                    throw new Mismatch("the end of the connection", "the end" + behind(it));
                }
            }
            case Heard.Silence _ -> throw new Mismatch("the end of the connection", "nothing");
        }
    }

    private static String behind(Heard.Closed closed) {
        return closed.unfinished().length == 0
                ? ""
                : " behind " + Octets.hex(closed.unfinished()) + ", which is no whole packet";
    }

    private Heard hear(String client) {
        Heard heard = line(client).next();
        switch (heard) {
            case Heard.Packet it -> {
                lastHeard = it.bytes();
                tell(client + " < " + Octets.hex(it.bytes()));
            }
            case Heard.Closed _ -> {
                heardTheEnd = true;
                tell(client + " < (closed)");
            }
            case Heard.Silence _ -> {}
        }
        return heard;
    }

    // ---- boundaries
    // ------------------------------------------------------------------------------

    private void cross(String client) {
        Boundary boundary = trial.boundary();
        if (boundary == null) {
            throw new IllegalStateException("'goes' needs a line `boundary:` in the header");
        }
        Wire.Line line = line(client);
        tell(client + " goes: " + boundary.text());
        switch (boundary) {
            case DISCONNECT -> {
                line.send(DISCONNECT);
                expectEnd(client);
                line.end();
            }
            case RESET -> line.reset();
            case TAKEOVER -> left.put(client, line);
            case RESTART -> restart(Duration.ZERO);
        }
        lines.remove(client);
    }

    private void restart(Duration after) {
        tell("the server restarts" + (after.isZero() ? "" : " after " + after));
        wire.restart(after);
        lines.clear();
    }

    // ---- the end
    // ---------------------------------------------------------------------------------

    private void nothingLeft() {
        for (Map.Entry<String, Wire.Line> client : lines.entrySet()) {
            if (accepted.contains(client.getValue())) {
                client.getValue().send(PINGREQ);
                byte[] packet = packet(client.getKey());
                if (!Arrays.equals(packet, PINGRESP)) {
                    throw new Mismatch("nothing more for " + client.getKey(), Octets.hex(packet));
                }
            }
        }
        left.forEach(Runner::expectTakenOver);
    }

    private static void expectTakenOver(String client, Wire.Line line) {
        for (int i = 0; i < LEFTOVERS_MAX; i++) {
            switch (line.next()) {
                case Heard.Packet _ -> {}
                case Heard.Closed _ -> {
                    return;
                }
                case Heard.Silence _ ->
                        throw new Mismatch(
                                "the end of the connection that " + client + " had", "nothing");
            }
        }
        throw new Mismatch(
                "the end of the connection that " + client + " had",
                "more than " + LEFTOVERS_MAX + " packets");
    }

    // ---- what is told
    // ----------------------------------------------------------------------------

    private Failure failure(
            int line, String step, List<String> ids, String place, Mismatch mismatch) {
        byte[] heard = lastHeard;
        List<String> told = story.subList(Math.max(0, story.size() - STORY_MAX), story.size());
        return new Failure(
                trial,
                place,
                ids,
                line,
                step,
                String.valueOf(mismatch.getMessage()),
                heard == null ? List.of() : PacketText.lines(heard, trial.version()),
                List.copyOf(told));
    }

    // The statements that the step cites and that this version knows; if none, all of the trial.
    private List<String> cited(String comment) {
        List<String> cited = new ArrayList<>();
        Matcher ids = Catalogue.ID.matcher(comment);
        while (ids.find()) {
            if (trial.ids().contains(ids.group())) {
                cited.add(ids.group());
            }
        }
        return cited.isEmpty() ? trial.ids() : cited;
    }

    private void tell(String what) {
        story.add(what);
    }

    private Wire.Line line(String client) {
        Wire.Line line = lines.get(client);
        if (line == null) {
            throw new IllegalStateException(
                    "%s: %s has no connection".formatted(trial.scenario(), client));
        }
        return line;
    }

    private static byte[] joined(List<byte[]> packets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        packets.forEach(out::writeBytes);
        return out.toByteArray();
    }
}
