package org.vencejo.testing.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Limits;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Commands as lines of text, and back.
///
/// Stateless. A line is words with a space between; a last word `...` says that the tick goes on.
final class Phrases {
    private static final String GOES_ON = "...";
    private static final long MILLI = 1_000_000;

    private Phrases() {}

    // ---- to text
    // ------------------------------------------------------------------------------------

    static String of(Step step) {
        return of(step.command()) + (step.tickGoesOn() ? " " + GOES_ON : "");
    }

    private static String of(Command command) {
        return switch (command) {
            case Command.Connects c -> connects(c);
            case Command.Publishes c -> publishes(c);
            case Command.Subscribes c -> subscribes(c);
            case Command.Unsubscribes c -> c.client() + " unsubscribes " + c.topicFilter();
            case Command.Pings c -> c.client() + " pings";
            case Command.Proves c -> c.client() + " proves";
            case Command.Disconnects c -> c.client() + " disconnects" + when(c.withWill(), "will");
            case Command.Cuts c -> c.client() + " cuts";
            case Command.TurnsAway c -> c.client() + " turns-away";
            case Command.Stalls c -> c.client() + " stalls";
            case Command.GoesOn c -> c.client() + " goes-on";
            case Command.Sends c -> c.client() + " sends " + c.hex();
            case Command.Answers c -> c.client() + " answers";
            case Command.Arrives c -> c.link() + " arrives" + bytes(c.bytes());
            case Command.Reads c -> c.link() + " reads" + bytes(c.bytes());
            case Command.Comes c ->
                    c.link() + " comes" + bytes(c.bytes()) + when(c.refusing(), "refusing");
            case Command.Breaks c -> c.link() + " breaks";
            case Command.Ends c -> c.link() + " ends";
            case Command.IsWelcome c -> c.link() + " is-welcome";
            case Command.EndsSession c -> "operator ends-session " + c.client();
            case Command.DiskWrites c -> "disk writes " + c.batches();
            case Command.DiskReads c -> "disk reads-queues " + c.reads();
            case Command.DiskFails c -> "disk fails" + number("behind", c.reached());
            case Command.DiskFills c -> "disk fills";
            case Command.DiskHeals c -> "disk heals";
            case Command.DiskWaits c -> "disk waits";
            case Command.DiskIsPrompt c -> "disk is-prompt";
            case Command.Passes c -> "time passes " + millis(c.nanos()) + " ms";
            case Command.Due c -> "due runs " + c.calls();
            case Command.DueWaits c -> "due waits";
            case Command.DueIsPrompt c -> "due is-prompt";
            case Command.PowerGoes c ->
                    "power goes " + c.survivors() + number("forgets", c.forgotten());
            case Command.Stops c -> "server stops";
            case Command.Starts c -> "server starts";
        };
    }

    private static String connects(Command.Connects c) {
        Command.Terms terms = c.terms();
        Command.Testament will = terms.will();
        return c.client()
                + " connects "
                + c.link()
                + " "
                + version(terms.version())
                + (terms.userName().isEmpty() ? "" : " as " + terms.userName())
                + when(terms.enhanced(), "enhanced")
                + when(terms.cleanStart(), "clean")
                + (terms.sessionExpiry() == Limits.NEVER_SECONDS
                        ? " kept"
                        : number("expiry", terms.sessionExpiry()))
                + number("window", terms.receiveMaximum())
                + number("size", terms.packetSize())
                + number("aliases", terms.topicAliasMaximum())
                + number("alive", terms.keepAlive())
                + (will == null
                        ? ""
                        : " will "
                                + will.topicName()
                                + " "
                                + will.qos().value()
                                + when(will.retain(), "retained")
                                + number("delay", will.delay()))
                + when(c.manner().lagging(), "lagging")
                + when(c.manner().hesitating(), "hesitating")
                + when(c.manner().slow(), "slow")
                + when(c.manner().late(), "late");
    }

    private static String publishes(Command.Publishes c) {
        return c.client()
                + " publishes "
                + c.topicName()
                + " "
                + c.qos().value()
                + number("length", c.length())
                + when(c.length() == 0, "empty")
                + when(c.retain(), "retained")
                + (c.expiry() < 0 ? "" : " expiry " + c.expiry())
                + number("alias", c.alias());
    }

    private static String subscribes(Command.Subscribes c) {
        StringBuilder line = new StringBuilder(c.client()).append(" subscribes");
        line.append(number("identifier", c.identifier()));
        for (Subscription each : c.subscriptions()) {
            line.append(" to ").append(each.topicFilter());
            line.append(' ').append(each.maximumQoS().value());
            line.append(when(each.noLocal(), "no-local"));
            line.append(when(each.retainAsPublished(), "as-published"));
            line.append(number("handling", each.retainHandling().value()));
        }
        return line.toString();
    }

    private static String when(boolean holds, String word) {
        return holds ? " " + word : "";
    }

    private static String number(String word, long number) {
        return number == 0 ? "" : " " + word + " " + number;
    }

    private static String bytes(int bytes) {
        return bytes == Command.ALL ? "" : " " + bytes;
    }

    private static String millis(long nanos) {
        long rest = nanos % MILLI;
        return nanos / MILLI + (rest == 0 ? "" : ".%06d".formatted(rest));
    }

    private static String version(ProtocolVersion version) {
        return switch (version) {
            case MQTT_3_1 -> "3.1";
            case MQTT_3_1_1 -> "3.1.1";
            case MQTT_5 -> "5.0";
        };
    }

    // ---- from text
    // -----------------------------------------------------------------------------------

    /// The step that `line` says.
    ///
    /// @throws IllegalArgumentException if it says none
    static Step read(String line) {
        Line words = new Line(line);
        boolean goesOn = words.endsWith(GOES_ON);
        Command command = words.command();
        words.end();
        return new Step(command, goesOn);
    }

    // The words of a line that are still to be read.
    private static final class Line {
        private final String whole;
        private final ArrayDeque<String> words;

        Line(String whole) {
            this.whole = whole;
            this.words = new ArrayDeque<>(Arrays.asList(whole.strip().split(" +", -1)));
        }

        Command command() {
            String who = next();
            String verb = next();
            return switch (verb) {
                case "connects" -> connects(who);
                case "publishes" -> publishes(who);
                case "subscribes" -> subscribes(who);
                case "unsubscribes" -> new Command.Unsubscribes(who, TopicFilter.of(next()));
                case "pings" -> new Command.Pings(who);
                case "proves" -> new Command.Proves(who);
                case "disconnects" -> new Command.Disconnects(who, has("will"));
                case "cuts" -> new Command.Cuts(who);
                case "turns-away" -> new Command.TurnsAway(who);
                case "stalls" -> new Command.Stalls(who);
                case "goes-on" -> new Command.GoesOn(who);
                case "sends" -> new Command.Sends(who, next());
                case "answers" -> new Command.Answers(who);
                case "arrives" -> new Command.Arrives(who, bytes());
                case "reads" -> new Command.Reads(who, bytes());
                case "comes" -> new Command.Comes(who, bytes(), has("refusing"));
                case "breaks" -> new Command.Breaks(who);
                case "ends" -> new Command.Ends(who);
                case "is-welcome" -> new Command.IsWelcome(who);
                case "ends-session" -> new Command.EndsSession(next());
                case "writes" -> new Command.DiskWrites((int) number());
                case "reads-queues" -> new Command.DiskReads((int) number());
                case "passes" -> passes();
                case "runs" -> new Command.Due((int) number());
                case "goes" ->
                        new Command.PowerGoes((int) number(), (int) numberAfter("forgets", 0));
                case "fails" -> new Command.DiskFails((int) numberAfter("behind", 0));
                case "fills" -> new Command.DiskFills();
                case "heals" -> new Command.DiskHeals();
                case "stops" -> new Command.Stops();
                case "starts" -> new Command.Starts();
                case "waits" ->
                        "disk".equals(who) ? new Command.DiskWaits() : new Command.DueWaits();
                case "is-prompt" ->
                        "disk".equals(who) ? new Command.DiskIsPrompt() : new Command.DueIsPrompt();
                default -> throw wrong("nobody knows how to \"" + verb + "\"");
            };
        }

        private Command connects(String who) {
            return new Command.Connects(
                    who,
                    next(),
                    new Command.Terms(
                            version(),
                            has("as") ? next() : "",
                            has("enhanced"),
                            has("clean"),
                            has("kept") ? Limits.NEVER_SECONDS : numberAfter("expiry", 0),
                            (int) numberAfter("window", 0),
                            (int) numberAfter("size", 0),
                            (int) numberAfter("aliases", 0),
                            (int) numberAfter("alive", 0),
                            will()),
                    new Command.Manner(
                            has("lagging"), has("hesitating"), has("slow"), has("late")));
        }

        private Command.@Nullable Testament will() {
            return has("will")
                    ? new Command.Testament(
                            TopicName.of(next()),
                            qos(),
                            has("retained"),
                            (int) numberAfter("delay", 0))
                    : null;
        }

        private Command publishes(String who) {
            TopicName topic = TopicName.of(next());
            QoS qos = qos();
            int length = (int) numberAfter("length", 0);
            if (length == 0 && !has("empty")) {
                throw wrong("expected \"length\" or \"empty\"");
            }
            return new Command.Publishes(
                    who,
                    topic,
                    qos,
                    length,
                    has("retained"),
                    (int) numberAfter("expiry", -1),
                    (int) numberAfter("alias", 0));
        }

        private Command subscribes(String who) {
            int identifier = (int) numberAfter("identifier", 0);
            List<Subscription> all = new ArrayList<>();
            while (has("to")) {
                all.add(
                        new Subscription(
                                TopicFilter.of(next()),
                                qos(),
                                has("no-local"),
                                has("as-published"),
                                RetainHandling.of(has("handling") ? upTo2() : 0)));
            }
            return new Command.Subscribes(who, all, identifier);
        }

        private Command passes() {
            String[] parts = next().split("\\.", 2);
            if (!has("ms")) {
                throw wrong("expected \"ms\"");
            }
            return new Command.Passes(
                    Long.parseLong(parts[0]) * MILLI
                            + (parts.length == 1 ? 0 : Long.parseLong(parts[1])));
        }

        private ProtocolVersion version() {
            String word = next();
            for (ProtocolVersion each : ProtocolVersion.values()) {
                if (Phrases.version(each).equals(word)) {
                    return each;
                }
            }
            throw wrong("expected a version, given was \"" + word + "\"");
        }

        private QoS qos() {
            return QoS.of(upTo2());
        }

        private int upTo2() {
            long number = number();
            if (number < 0 || number > 2) {
                throw wrong("expected 0, 1 or 2, given was " + number);
            }
            return (int) number;
        }

        private int bytes() {
            String word = words.peek();
            return word == null || !Character.isDigit(word.charAt(0))
                    ? Command.ALL
                    : (int) number();
        }

        private long numberAfter(String word, long otherwise) {
            return has(word) ? number() : otherwise;
        }

        private long number() {
            String word = next();
            try {
                return Long.parseLong(word);
            } catch (NumberFormatException noNumber) {
                throw wrong("expected a number, given was \"" + word + "\"");
            }
        }

        private boolean has(String word) {
            if (!word.equals(words.peek())) {
                return false;
            }
            words.remove();
            return true;
        }

        boolean endsWith(String word) {
            if (!word.equals(words.peekLast())) {
                return false;
            }
            words.removeLast();
            return true;
        }

        private String next() {
            String word = words.poll();
            if (word == null) {
                throw wrong("it ends too soon");
            }
            return word;
        }

        void end() {
            if (!words.isEmpty()) {
                throw wrong("nobody knows what \"" + words.peek() + "\" is");
            }
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("\"" + whole + "\": " + what);
        }
    }
}
