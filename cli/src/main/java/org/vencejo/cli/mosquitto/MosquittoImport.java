package org.vencejo.cli.mosquitto;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Visible;
import org.vencejo.broker.access.ListenerRules;

/// Makes a configuration of ours from a `mosquitto.conf`. Confined to one thread.
///
/// What Mosquitto leaves to its defaults is left to ours, but where more could come in, or do more,
/// than before.
public final class MosquittoImport {
    /// What was made: our configuration, the access rules that it names if they had to be written
    /// anew, and what is to be known, line by line. Immutable.
    public record Imported(String yaml, @Nullable String rules, List<Note> notes) {}

    /// What to read. `rules` is where access rules can be written, if they can; `isOfMosquitto1`
    /// whether the file was for a version before 2.0, with its defaults.
    public record Request(Path configuration, @Nullable Path rules, boolean isOfMosquitto1) {}

    private final Request request;
    private final List<Note> notes = new ArrayList<>();
    private final ConfValues values = new ConfValues(notes);
    private final ConfPaths paths;
    private final BrokerKeys keys;
    private final Conf conf;
    private final List<ConfLine> lines;
    private final List<ListenerEntry> entries = new ArrayList<>();

    /// Password files and the names of the listeners that each is for.
    private final SequencedMap<String, Set<String>> passwords = new LinkedHashMap<>();

    /// User names as templates, and the names of the listeners that each is for.
    private final SequencedMap<String, Set<String>> certificates = new LinkedHashMap<>();

    private @Nullable String rules;

    /// With which Client Identifiers clients come where no listener is named, or null for all.
    private @Nullable String unnamedIdentifiers;

    private MosquittoImport(Request request) throws IOException {
        this.request = request;
        this.paths = new ConfPaths(request.configuration(), notes);
        this.lines = new ConfReader(paths, notes).read(request.configuration());
        this.conf = new Conf(lines, notes);
        this.keys = new BrokerKeys(paths, values, notes);
        keys.read(conf);
        Set<String> names = new LinkedHashSet<>();
        for (ConfListener listener : conf.listeners) {
            entries.add(
                    new ListenerEntry(
                            listener, names, paths, values, notes, request.isOfMosquitto1()));
        }
    }

    /// Reads the files, or throws if the first of them cannot be read.
    public static Imported read(Request request) throws IOException {
        MosquittoImport made = new MosquittoImport(request);
        made.leaveOutWhatPluginsKeep();
        made.whichClientIdentifiers();
        made.whoComesIn();
        made.whatTheyMay();
        made.everythingWithoutRules();
        made.whoseNamesAreNotBelieved();
        made.closeIfNoListenerIsLeft();
        return made.imported();
    }

    private List<ListenerEntry> open() {
        return entries.stream().filter(entry -> entry.leftOut.isEmpty()).toList();
    }

    private void note(ConfLine line, Note.Kind kind, String text) {
        notes.add(line.note(kind, text));
    }

    // ---- who comes in

    private void leaveOutWhatPluginsKeep() {
        for (ListenerEntry entry : entries) {
            ConfLine plugin = conf.security(entry.from).any("plugin", "auth_plugin", "plugin_use");
            if (plugin == null) {
                plugin = entry.from.get("plugin_use");
            }
            if (plugin == null) {
                plugin = conf.everywhere.get("global_plugin");
            }
            if (plugin != null) {
                entry.leftOut.add("a plugin decides who may come in or do what");
            }
        }
    }

    private void whichClientIdentifiers() {
        ConfLine line = conf.broker("clientid_prefixes");
        if (line == null) {
            return;
        }
        String prefix = line.rest().strip();
        if (prefix.contains("*") || prefix.contains("%u") || prefix.contains(",")) {
            entries.forEach(entry ->
                    entry.leftOut.add("the prefix of its Client Identifiers cannot be written"));
            note(
                    line,
                    Note.Kind.LOST,
                    "*, %u and commas have a meaning in client-identifiers"
                            + (entries.isEmpty() ? "" : ", so all listeners are left out"));
            return;
        }
        entries.forEach(entry -> entry.takeClientIdentifiers(prefix));
        if (entries.isEmpty()) {
            unnamedIdentifiers = prefix + "*";
        }
        note(
                line,
                Note.Kind.DIFFERS,
                "who leaves the Client Identifier to the broker is given one that begins with vencejo-, and refused if that is not allowed: client-identifiers");
    }

    private void whoComesIn() {
        if (entries.isEmpty()) {
            onThisMachineAlone();
            return;
        }
        for (ListenerEntry entry : entries) {
            whoComesIn(entry);
        }
    }

    private void closeIfNoListenerIsLeft() {
        if (!entries.isEmpty() && open().isEmpty()) {
            // Without a listener ours would be the default ones, open to this machine.
            keys.put("allow-anonymous", false);
            notes.add(
                    new Note(
                            request.configuration().toString(),
                            "",
                            Note.Kind.LOST,
                            "no listener is left, and nobody can come in: complete what is left out, or take the allow-anonymous of the file away for a listener on this machine"));
        }
    }

    private void whoComesIn(ListenerEntry entry) {
        ConfListener security = conf.security(entry.from);
        ConfLine file = security.get("password_file");
        if (!entry.leftOut.isEmpty()) {
            return;
        }
        String userName = entry.asksForCertificates() ? entry.userNameByCertificate() : null;
        if (userName != null) {
            // Mosquitto does not look at passwords there either, nor at allow_anonymous.
            certificates.computeIfAbsent(userName, key -> new LinkedHashSet<>()).add(entry.name);
            return;
        }
        boolean isAnonymous = isAnonymous(entry, security);
        if (isAnonymous) {
            entry.keys.put("allow-anonymous", true);
        }
        if (file != null) {
            passwords.computeIfAbsent(paths.of(file), key -> new LinkedHashSet<>()).add(entry.name);
        } else if (entry.asksForCertificates()) {
            tell(
                    entry,
                    Note.Kind.DIFFERS,
                    isAnonymous
                            ? "the user name is that of the certificate, where Mosquitto believes the client"
                            : "a certificate is enough to come in, and has the user name; Mosquitto wants allow_anonymous true as well");
        } else if (!isAnonymous) {
            entry.leftOut.add(
                    "nobody could come in: Mosquitto wants allow_anonymous true or a password_file (before 2.0 everybody came in: --mosquitto 1)");
            tell(
                    entry,
                    Note.Kind.LOST,
                    "nobody could come in from Mosquitto 2.0 on, and everybody before (then: --mosquitto 1), so the listener is left out");
        }
    }

    private void tell(ListenerEntry entry, Note.Kind kind, String text) {
        notes.add(new Note(entry.place(), "listener", kind, text));
    }

    private boolean isAnonymous(ListenerEntry entry, ConfListener security) {
        ConfLine own = entry.from.get("listener_allow_anonymous");
        ConfLine line = own != null ? own : security.get("allow_anonymous");
        Boolean given = values.flag(line);
        if (given != null) {
            return given;
        }
        boolean isAsBefore2 =
                request.isOfMosquitto1()
                        && line == null
                        && security.any("password_file", "psk_file") == null;
        if (isAsBefore2) {
            tell(
                    entry,
                    Note.Kind.DIFFERS,
                    "anybody may come in, as before Mosquitto 2.0; from then on nobody could");
        }
        return isAsBefore2;
    }

    // Mosquitto without a listener.
    private void onThisMachineAlone() {
        ConfListener security = conf.security(conf.byDefault);
        ConfLine file = security.get("password_file");
        ConfLine line = security.get("allow_anonymous");
        Boolean given = values.flag(line);
        String main = request.configuration().toString();
        if (request.isOfMosquitto1()) {
            notes.add(
                    new Note(
                            main,
                            "",
                            Note.Kind.DIFFERS,
                            "no listener is named: the broker listens on this machine alone, where Mosquitto before 2.0 did on all addresses"));
        }
        if (security.any("plugin", "auth_plugin") != null
                || conf.everywhere.get("global_plugin") != null
                || (Boolean.FALSE.equals(given) && file == null)) {
            keys.put("allow-anonymous", false);
            notes.add(
                    new Note(
                            main,
                            "",
                            Note.Kind.LOST,
                            "nobody can come in: nothing that is carried over says who may"));
        } else if (Boolean.TRUE.equals(given)) {
            keys.put("allow-anonymous", true);
        } else if (file != null && given == null && !request.isOfMosquitto1()) {
            notes.add(
                    file.note(
                            Note.Kind.DIFFERS,
                            "every client needs a password; Mosquitto, from 2.0 on and without a listener, lets those without a user name in as well"));
        }
        if (file != null) {
            passwords.put(paths.of(file), new LinkedHashSet<>());
        }
    }

    // ---- what they may

    private void whatTheyMay() {
        if (entries.isEmpty() || !conf.isPerListener) {
            ConfLine file = conf.security(conf.byDefault).get("acl_file");
            if (file != null) {
                rulesFile(file);
            }
            return;
        }
        SequencedMap<String, ConfLine> byListener = new LinkedHashMap<>();
        List<ListenerEntry> open = open();
        for (ListenerEntry entry : open) {
            ConfLine file = entry.from.get("acl_file");
            if (file != null) {
                byListener.put(entry.name, file);
            }
        }
        if (byListener.isEmpty()) {
            return;
        }
        Set<String> all = new LinkedHashSet<>();
        byListener.values().forEach(line -> all.add(paths.of(line)));
        if (all.size() == 1 && byListener.size() == open.size()) {
            rulesFile(byListener.firstEntry().getValue());
            return;
        }
        ownRules(open, byListener);
    }

    // Without rules others than this machine may do nothing here, unless it is written down.
    private void everythingWithoutRules() {
        if (!keys.has("access-rules")
                && open().stream().anyMatch(entry -> !entry.isOnThisMachine())) {
            keys.put("allow-everything", true);
            if (open().size() < entries.size()) {
                notes.add(
                        new Note(
                                request.configuration().toString(),
                                "",
                                Note.Kind.DIFFERS,
                                "allow-everything is of all listeners: where one that is left out is completed, its clients may do everything, too"));
            }
        }
    }

    // A name that nobody checks is believed only where no listener has anybody to check it.
    private void whoseNamesAreNotBelieved() {
        if ((passwords.isEmpty() && certificates.isEmpty()) || !keys.has("access-rules")) {
            return;
        }
        for (ListenerEntry entry : open()) {
            boolean isChecked =
                    passwords.values().stream().anyMatch(names -> names.contains(entry.name))
                            || certificates.values().stream()
                                    .anyMatch(names -> names.contains(entry.name));
            if (!isChecked && !entry.asksForCertificates()) {
                tell(
                        entry,
                        Note.Kind.DIFFERS,
                        "nobody checks user names at it, so that rules for users do not hold there; Mosquitto believes them");
            }
        }
    }

    private void rulesFile(ConfLine line) {
        String file = paths.of(line);
        if (file.endsWith(".yaml") || file.endsWith(".yml")) {
            note(
                    line,
                    Note.Kind.LOST,
                    "a file of this name is read in another syntax: give it a name that does not end in .yaml or .yml, here and in access-rules");
        }
        keys.put("access-rules", file);
    }

    // Each listener has its own file, and we have one for all.
    private void ownRules(List<ListenerEntry> open, SequencedMap<String, ConfLine> byListener) {
        List<ListenerRules.Acl> acls = new ArrayList<>();
        List<Note> wrong = new ArrayList<>();
        for (ListenerEntry entry : open) {
            ConfLine line = byListener.get(entry.name);
            String file = line == null ? "" : paths.of(line);
            String text = line == null ? null : text(line, file, wrong);
            acls.add(new ListenerRules.Acl(entry.name, file, text));
        }
        Path to = request.rules();
        ListenerRules made = ListenerRules.of(acls);
        ConfLine first = byListener.firstEntry().getValue();
        made.mistakes().forEach(mistake -> wrong.add(first.note(Note.Kind.LOST, mistake)));
        if (to == null || !wrong.isEmpty()) {
            notes.addAll(wrong);
            if (to == null) {
                note(
                        first,
                        Note.Kind.LOST,
                        "listeners have different files, and the one for all of them cannot be written to standard output: use -o");
            }
            open.forEach(entry -> entry.leftOut.add("its acl_file was not carried over"));
            return;
        }
        rules = made.yaml();
        keys.put("access-rules", to.toString());
        note(
                first,
                Note.Kind.DIFFERS,
                "listeners have different files: all are copied into %s, by listener, and are not read any more themselves"
                        .formatted(to));
    }

    private static String text(ConfLine line, String file, List<Note> wrong) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            wrong.add(line.note(Note.Kind.LOST, "cannot be read: " + e.getMessage()));
            return "";
        }
    }

    // ---- as text

    private Imported imported() {
        List<String> text = new ArrayList<>();
        text.add("# Made by `vencejo import` from " + request.configuration());
        if (!entries.isEmpty()) {
            text.add(open().isEmpty() ? "#listeners:" : "listeners:");
            entries.forEach(entry -> text.addAll(entry.lines()));
        } else if (unnamedIdentifiers != null) {
            text.add("listeners:");
            text.addAll(
                    YamlText.entry(
                            new TreeMap<>(
                                    Map.of(
                                            "address",
                                            "127.0.0.1",
                                            "client-identifiers",
                                            unnamedIdentifiers))));
        }
        text.addAll(authentication());
        text.addAll(YamlText.lines(keys.all()));
        List<Note> sorted = sorted();
        if (!sorted.isEmpty()) {
            text.add("");
            text.add("# What was not carried over, and what differs from Mosquitto:");
            text.add("#");
            sorted.forEach(note -> text.add("# " + note));
        }
        // In quotes YAML reads what is written out as what it was.
        String yaml =
                text.stream().map(line -> Visible.text(line) + "\n").collect(Collectors.joining());
        return new Imported(yaml, rules, sorted);
    }

    private List<String> authentication() {
        if (passwords.isEmpty() && certificates.isEmpty()) {
            return List.of();
        }
        Set<String> open = new LinkedHashSet<>();
        open().forEach(entry -> open.add(entry.name));
        List<String> text = new ArrayList<>(List.of("authentication:"));
        passwords.forEach((file, names) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("file", file);
            // Some may have been left out since.
            names.retainAll(open);
            if (!names.equals(open)) {
                entry.put("listeners", String.join(", ", names));
            }
            text.addAll(YamlText.entry(entry));
        });
        certificates.forEach((userName, names) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("type", "certificate");
            names.retainAll(open);
            entry.put("listeners", String.join(", ", names));
            entry.put("certificate", Map.of("user-name", userName));
            text.addAll(YamlText.entry(entry));
        });
        return text;
    }

    // In the order of the lines, each thing once.
    private List<Note> sorted() {
        List<String> places = lines.stream().map(ConfLine::place).toList();
        return notes.stream()
                .distinct()
                .sorted(
                        Comparator.comparingInt(note -> {
                            int at = places.indexOf(note.place());
                            return at < 0 ? Integer.MAX_VALUE : at;
                        }))
                .toList();
    }
}
