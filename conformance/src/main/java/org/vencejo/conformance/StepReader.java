package org.vencejo.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads steps from the text of a scenario; [ScenarioReader] describes them.
final class StepReader {
    private static final Pattern OF_CLIENT = Pattern.compile("([A-Z]\\w*'?)\\s+(\\S+)\\s*(.*)");
    private static final Pattern PASSING =
            Pattern.compile("(wait|server restarts after) (\\d+) (ms|s|min|h|d)");
    private static final Pattern ACCESS =
            Pattern.compile("(deny|allow) (publish|subscribe|receive) (\\S+)");
    private static final Pattern DIFFER = Pattern.compile("\\$(\\w+) differs from \\$(\\w+)");

    private StepReader() {}

    /// The steps that `text` stands for: mostly one.
    static List<Step> read(String chapter, int line, String text) {
        try {
            return read(text);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "%s:%d: %s".formatted(chapter, line, wrong.getMessage()), wrong);
        }
    }

    private static List<Step> read(String text) {
        switch (text) {
            case "server restarts" -> {
                return List.of(new Step.Restart(Duration.ZERO));
            }
            case "server stops" -> {
                return List.of(new Step.Stop());
            }
            case "journal holds" -> {
                return List.of(new Step.Journal(true));
            }
            case "journal goes on" -> {
                return List.of(new Step.Journal(false));
            }
            default -> {}
        }
        Matcher passing = PASSING.matcher(text);
        if (passing.matches()) {
            Duration time = duration(Long.parseLong(passing.group(2)), passing.group(3));
            return List.of(
                    passing.group(1).equals("wait") ? new Step.Wait(time) : new Step.Restart(time));
        }
        Matcher access = ACCESS.matcher(text);
        if (access.matches()) {
            Setup.Denial what = new Setup.Denial(access.group(2), access.group(3));
            return List.of(new Step.Access(what, access.group(1).equals("deny")));
        }
        Matcher differ = DIFFER.matcher(text);
        if (differ.matches()) {
            return List.of(new Step.Differ(differ.group(1), differ.group(2)));
        }
        Matcher ofClient = OF_CLIENT.matcher(text);
        if (!ofClient.matches()) {
            throw new IllegalArgumentException("expected a step, given was: " + text);
        }
        return ofClient(ofClient.group(1), ofClient.group(2), ofClient.group(3));
    }

    private static List<Step> ofClient(String client, String verb, String rest) {
        return switch (verb) {
            case ">" -> List.of(send(client, rest, false));
            case ">>" -> List.of(send(client, rest, true));
            case "<" ->
                    ElementReader.packets(rest).stream()
                            .<Step>map(packet -> new Step.Expect(client, List.of(packet)))
                            .toList();
            case "<*" -> List.of(new Step.Expect(client, ElementReader.packets(rest)));
            case "opens" -> List.of(new Step.Open(client));
            case "cut" -> List.of(new Step.Leave(client, true));
            case "ends" -> List.of(new Step.Leave(client, false));
            case "goes" -> List.of(new Step.CrossBoundary(client));
            case "closed" -> List.of(new Step.Closed(client, codes(rest)));
            case "connects" ->
                    List.of(
                            new Step.Open(client),
                            send(client, "10 LL MQTT 02 00 00 [] \"~" + client + "\"", false),
                            new Step.Expect(client, ElementReader.packets("20 LL 00 00 [*]")));
            case "pings" ->
                    List.of(
                            send(client, "C0 00", false),
                            new Step.Expect(client, ElementReader.packets("D0 00")));
            default -> throw new IllegalArgumentException("no client does '" + verb + "'");
        };
    }

    private static Step send(String client, String packets, boolean byteByByte) {
        return new Step.Send(client, ElementReader.packets(packets), byteByByte);
    }

    private static List<Integer> codes(String text) {
        return text.isBlank()
                ? List.of()
                : Stream.of(text.strip().split("\\|"))
                        .map(code -> Integer.parseInt(code, 16))
                        .toList();
    }

    private static Duration duration(long count, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "min" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }

    /// The same steps, where each run of `<*` of one client has become one expectation.
    static List<Trial.Numbered> gathered(List<Trial.Numbered> steps) {
        List<Trial.Numbered> gathered = new ArrayList<>();
        for (Trial.Numbered next : steps) {
            Trial.Numbered last = gathered.isEmpty() ? null : gathered.getLast();
            if (last != null
                    && isUnordered(last)
                    && isUnordered(next)
                    && last.step() instanceof Step.Expect before
                    && next.step() instanceof Step.Expect added
                    && before.client().equals(added.client())) {
                List<List<Element>> packets = new ArrayList<>(before.packets());
                packets.addAll(added.packets());
                gathered.set(
                        gathered.size() - 1,
                        new Trial.Numbered(
                                last.number(),
                                last.text() + "\n" + next.text(),
                                last.comment() + " " + next.comment(),
                                new Step.Expect(before.client(), packets)));
            } else {
                gathered.add(next);
            }
        }
        return gathered;
    }

    private static boolean isUnordered(Trial.Numbered numbered) {
        return numbered.text().contains("<*");
    }
}
