package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vencejo.protocol.ProtocolVersion;

/// Reads a chapter of scenarios from its text. Confined to one thread.
///
/// ```
/// == A PUBLISH of QoS 1 is answered by PUBACK     the title, a sentence
/// 3.1.1: MQTT-3.3.4-1 MQTT-2.3.1-6                what it proves in which version,
/// 5.0:   MQTT-3.3.4-1 MQTT-2.2.1-5                  and so where it is played
/// choice: B29                                     a choice of ours behind it
/// oracle: 17 23                                   known mistakes of others that it would find
/// A connects
/// A > 32 LL "~/t" 00 4D [] 'hi'                   # PUBLISH, QoS 1, id 77
/// A < 40 LL 00 4D (00)                            # PUBACK [MQTT-3.3.4-1]
/// ```
///
/// **Header lines.** `set: maximum-qos=1` sets a configuration key; `deny: publish ~/secret` (or
/// `subscribe`, `receive`) denies to everybody; `users: ann=secret` lets in only her. `auth: chat
/// hello asks who?` answers the data of an Authentication Method; `accepts ann (welcome)` and
/// `refuses 87 (told)` end that. `boundary: all` (or some of `disconnect reset takeover restart`)
/// plays it over each. `each: name || 60 || 00` plays it with these values in place of `@1`, `@2`;
/// `each 3.x: ...` in these versions only.
///
/// **Steps.** `A opens` a transport connection, beside the one A has, which is `A'` from then on;
/// `A > ...` sends, and opens first if there is no connection; `A >> ...` sends byte by byte; `A <
/// ...` expects the next packet; lines of `A <* ...` expect theirs in any order. `A closed` expects
/// the end and nothing before it, `A closed 82|81` in 5.0 a DISCONNECT with one of these codes
/// before it. `A connects` opens, sends `10 LL MQTT 02 00 00 [] "~A"` and expects `20 LL 00 00
/// [*]`. `A pings` sends `C0 00` and expects `D0 00` as the next packet: nothing else came before.
/// `A cut` resets, `A ends` closes without DISCONNECT, `A goes` over the boundary: what A sends
/// next is on a new connection. `wait 3 s`, `server restarts` (dies and comes back), `server
/// restarts after 3 s`, `server stops` (in order, and says so), `journal holds`, `journal goes on`
/// work in memory only. `deny publish ~/secret` withdraws a right from everybody, `allow ...` gives
/// it back. `$p differs from $q`. A step that begins with `(5.0)`, `(3.x)`, `(restart takeover)` is
/// there only then.
///
/// **Bytes.** `30` a byte; `LL` the Remaining Length; `"a/b"` a string with its length, `'hi'`
/// characters alone, where `~` stands for a name that nobody else uses; `MQTT` protocol name and
/// level of the version; `[0B 05, 26 "k" "v"]` Properties with their length, nothing before 5.0;
/// `(87)` the Reason Code of an acknowledgement, nothing before 5.0; `3.x{01}` there in these
/// versions only; `'x'*100` so many times; `;` parts packets in one write. To be expected only:
/// `30|31` one of these, `02..12` one from 02 to 12; `??` any byte; `...` any rest; `[01 01, *]`
/// these Properties in any order and any others, `[!23, *]` none of this kind; `(00)` may be left
/// out, as 5.0 allows; `$p` two bytes, `$id:text` a string, remembered at first and the same from
/// then on; `PRESENT` Session Present 1, which 3.1 cannot say.
public final class ScenarioReader {
    private static final int STATEMENTS_MAX = 5;
    private static final Pattern KEYED =
            Pattern.compile("([a-z]+|\\d\\.[\\dx](?:\\.1)?)( \\S+)?:\\s*(.*)");
    private static final Pattern ANSWER =
            Pattern.compile("(\\S+) (\\S+) (asks|accepts|refuses) (\\S+)(?: \\((.*)\\))?");
    private static final Pattern CONDITION = Pattern.compile("\\(([^)]*)\\)\\s*(.*)");

    private final String chapter;
    private final List<Scenario> scenarios = new ArrayList<>();

    // The scenario under way
    private String title = "";
    private int titleLine;
    private Map<ProtocolVersion, List<String>> statements = new EnumMap<>(ProtocolVersion.class);
    private List<String> choices = new ArrayList<>();
    private List<Integer> oracles = new ArrayList<>();
    private List<String> assignments = new ArrayList<>();
    private Set<Setup.Denial> denied = new HashSet<>();
    private Map<String, String> users = new HashMap<>();
    private List<Setup.Answer> answers = new ArrayList<>();
    private Set<Boundary> boundaries = EnumSet.noneOf(Boundary.class);
    private List<Scenario.Row> rows = new ArrayList<>();
    private List<Scenario.Line> lines = new ArrayList<>();

    private ScenarioReader(String chapter) {
        this.chapter = chapter;
    }

    /// The scenarios of `text`; `chapter` is what it is called.
    ///
    /// @throws IllegalArgumentException naming chapter, line and what was expected there
    public static List<Scenario> read(String chapter, String text) {
        ScenarioReader reader = new ScenarioReader(chapter);
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            try {
                reader.line(number, line.strip());
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(
                        "%s:%d: %s".formatted(chapter, number, wrong.getMessage()), wrong);
            }
        }
        reader.finish();
        return reader.scenarios;
    }

    private void line(int number, String line) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        if (line.startsWith("== ")) {
            finish();
            title = line.substring(3).strip();
            titleLine = number;
            return;
        }
        require(!title.isEmpty(), "a title (== ...) before anything else");
        Matcher keyed = KEYED.matcher(line);
        if (lines.isEmpty() && keyed.matches()) {
            String qualifier = keyed.group(2) == null ? "" : keyed.group(2).strip();
            header(keyed.group(1), qualifier, keyed.group(3).strip());
        } else {
            step(number, line);
        }
    }

    private void header(String key, String qualifier, String value) {
        if (key.equals("each")) {
            List<String> cells =
                    List.of(value.split("\\|\\|", -1)).stream().map(String::strip).toList();
            require(cells.size() > 1, "a name and values, parted by ||");
            rows.add(
                    new Scenario.Row(
                            qualifier.isEmpty()
                                    ? EnumSet.allOf(ProtocolVersion.class)
                                    : versions(qualifier),
                            cells.getFirst(),
                            cells.subList(1, cells.size())));
            return;
        }
        List<String> words = List.of(value.split("\\s+"));
        switch (key) {
            case "choice" -> choices.addAll(words);
            case "oracle" -> words.forEach(word -> oracles.add(Integer.valueOf(word)));
            case "set" -> assignments.add(value);
            case "deny" -> {
                require(words.size() == 2, "publish, subscribe or receive, and a topic");
                denied.add(new Setup.Denial(words.get(0), words.get(1)));
            }
            case "users" -> {
                for (String word : words) {
                    String[] pair = word.split("=", 2);
                    require(pair.length == 2, "name=password");
                    users.put(pair[0], pair[1]);
                }
            }
            case "auth" -> answers.add(answer(value));
            case "boundary" -> words.forEach(word -> boundaries.addAll(boundaries(word)));
            default -> {
                for (ProtocolVersion version : versions(key)) {
                    require(words.size() <= STATEMENTS_MAX, "at most five statements");
                    require(statements.put(version, words) == null, "each version once");
                }
            }
        }
    }

    private static Setup.Answer answer(String text) {
        Matcher answer = ANSWER.matcher(text);
        require(answer.matches(), "method, data, asks, accepts or refuses, and with what");
        String what = answer.group(4);
        String told = answer.group(5) == null ? "" : answer.group(5);
        return new Setup.Answer(
                answer.group(1),
                answer.group(2),
                switch (answer.group(3)) {
                    case "asks" -> new Setup.Verdict.Asks(what);
                    case "accepts" -> new Setup.Verdict.Accepts(what, told);
                    default -> new Setup.Verdict.Refuses(Integer.parseInt(what, 16), told);
                });
    }

    private void step(int number, String line) {
        int comment = commentAt(line);
        String text = line.substring(0, comment).strip();
        Set<ProtocolVersion> versions = EnumSet.allOf(ProtocolVersion.class);
        Set<Boundary> over = EnumSet.allOf(Boundary.class);
        Matcher condition = CONDITION.matcher(text);
        if (condition.matches()) {
            text = condition.group(2);
            Set<ProtocolVersion> named = EnumSet.noneOf(ProtocolVersion.class);
            Set<Boundary> crossed = EnumSet.noneOf(Boundary.class);
            for (String word : condition.group(1).split("\\s+", -1)) {
                if (Versions.of(word).isEmpty()) {
                    crossed.addAll(boundaries(word));
                } else {
                    named.addAll(Versions.of(word));
                }
            }
            versions = named.isEmpty() ? versions : named;
            over = crossed.isEmpty() ? over : crossed;
        }
        lines.add(
                new Scenario.Line(
                        number,
                        versions,
                        over,
                        text,
                        line.substring(comment).replaceFirst(" # ", "").strip()));
    }

    // A # between blanks: in filters there is none.
    private static int commentAt(String line) {
        int found = line.indexOf(" # ");
        return found < 0 ? line.length() : found;
    }

    private void finish() {
        if (title.isEmpty()) {
            return;
        }
        require(!statements.isEmpty(), "a statement or more in \"" + title + "\"");
        require(!lines.isEmpty(), "steps in \"" + title + "\"");
        Scenario scenario =
                new Scenario(
                        title,
                        chapter,
                        titleLine,
                        statements,
                        choices,
                        oracles,
                        new Setup(assignments, denied, users, answers),
                        boundaries,
                        rows.isEmpty() ? List.of(Scenario.NO_ROW) : rows,
                        lines);
        scenario.trials().forEach(Trial::steps); // so that what is wrong is found here
        scenarios.add(scenario);
        title = "";
        statements = new EnumMap<>(ProtocolVersion.class);
        choices = new ArrayList<>();
        oracles = new ArrayList<>();
        assignments = new ArrayList<>();
        denied = new HashSet<>();
        users = new HashMap<>();
        answers = new ArrayList<>();
        boundaries = EnumSet.noneOf(Boundary.class);
        rows = new ArrayList<>();
        lines = new ArrayList<>();
    }

    private static Set<ProtocolVersion> versions(String text) {
        Set<ProtocolVersion> versions = Versions.of(text);
        require(!versions.isEmpty(), "a header key or a version, not '" + text + "'");
        return versions;
    }

    private static Set<Boundary> boundaries(String text) {
        return text.equals("all")
                ? EnumSet.allOf(Boundary.class)
                : EnumSet.of(Boundary.valueOf(text.toUpperCase(Locale.ROOT)));
    }

    private static void require(boolean holds, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("expected " + expected);
        }
    }
}
