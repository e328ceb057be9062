package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads the access rules of a Mosquitto `acl_file`.
///
/// `topic` lines hold for the `user` line above them, or for clients without a user name if there
/// is none; `pattern` lines hold for everybody, behind all of those. Within each of them `deny`
/// comes first, wherever it is written. A SUBSCRIBE that Mosquitto grants without effect, as
/// nothing of it may be read, is refused here.
final class MosquittoAcl {
    /// What of a line may be told: the file may be no file of rules at all.
    private static final Pattern WORD = Pattern.compile("[a-z_]{1,40}");

    private static final String ACCESS = "read, write, readwrite, deny";

    private final String file;
    private final List<RuleMistake> mistakes;
    private final List<Rule> denials = new ArrayList<>();
    private final List<Rule> grants = new ArrayList<>();
    private final List<Rule> patternDenials = new ArrayList<>();
    private final List<Rule> patternGrants = new ArrayList<>();

    private MosquittoAcl(String file, List<RuleMistake> mistakes) {
        this.file = file;
        this.mistakes = mistakes;
    }

    /// The rules of `text`; what is wrong with it goes to `mistakes`.
    static List<Rule> read(String file, String text, List<RuleMistake> mistakes) {
        MosquittoAcl acl = new MosquittoAcl(file, mistakes);
        acl.lines(text);
        List<Rule> rules = new ArrayList<>(acl.denials);
        rules.addAll(acl.grants);
        rules.addAll(acl.patternDenials);
        rules.addAll(acl.patternGrants);
        return rules;
    }

    private void lines(String text) {
        Who who = Who.NOBODY_KNOWN;
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String plain = line.strip();
            if (plain.isEmpty() || plain.startsWith("#")) {
                continue;
            }
            String[] words = plain.split("[ \\t]+", 2);
            String rest = words.length < 2 ? "" : words[1].strip();
            switch (words[0]) {
                case "user" -> {
                    if (rest.isEmpty()) {
                        mistake(number, "user", "no user name");
                    }
                    who = Who.user(rest);
                }
                case "topic" -> topic(number, plain, who, rest, false);
                case "pattern" -> topic(number, plain, Who.EVERYBODY, rest, true);
                default ->
                        mistake(
                                number,
                                WORD.matcher(words[0]).matches() ? words[0] : "",
                                "unknown word; allowed: user, topic, pattern, # for a comment");
            }
        }
    }

    private void topic(int number, String line, Who who, String rest, boolean isPattern) {
        String[] words = rest.split("[ \\t]+", 2);
        // A single word is a topic, whatever it says.
        String access = words.length < 2 ? "readwrite" : words[0];
        String topic = words.length < 2 ? rest : words[1];
        Set<Action> actions =
                switch (access) {
                    case "read" -> EnumSet.of(Action.SUBSCRIBE);
                    case "write" -> EnumSet.of(Action.PUBLISH);
                    case "readwrite", "deny" -> EnumSet.allOf(Action.class);
                    default -> EnumSet.noneOf(Action.class);
                };
        if (actions.isEmpty()) {
            // Mosquitto takes it for a topic with a space in it, too, and most likely nobody meant
            // it.
            mistake(number, access, "unknown access; allowed: " + ACCESS);
            return;
        }
        Template template = isPattern ? Template.of(topic) : Template.literal(topic);
        String fault = template.fault();
        if (fault != null) {
            mistake(number, topic.isEmpty() ? "topic" : topic, fault);
            return;
        }
        boolean allows = !access.equals("deny");
        List<Rule> rules =
                isPattern ? (allows ? patternGrants : patternDenials) : (allows ? grants : denials);
        rules.add(Rule.of(allows, actions, who, template, file + ":" + number, line));
    }

    private void mistake(int line, String key, String detail) {
        mistakes.add(new RuleMistake(line, 1, key, detail));
    }
}
