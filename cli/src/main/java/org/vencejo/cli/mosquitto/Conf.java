package org.vencejo.cli.mosquitto;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vencejo.cli.mosquitto.MosquittoOption.Fate;

/// What a `mosquitto.conf` says, sorted by what it is about. Confined to one thread.
///
/// Whatever the table of options says that it is not carried over is noted here.
final class Conf {
    /// Of the listener that they stand behind, even where security is for all of them.
    private static final Set<String> ALWAYS_OF_A_LISTENER =
            Set.of("listener_allow_anonymous", "listener_auto_id_prefix", "plugin_use");

    /// The default listener's, wherever they stand.
    private static final Set<String> OF_THE_DEFAULT_LISTENER = Set.of("port", "bind_address");

    private static final Pattern OPTION_NAME = Pattern.compile("[a-z_]{1,40}");

    final Map<String, ConfLine> broker = new LinkedHashMap<>();
    final List<ConfLine> logTypes = new ArrayList<>();
    final List<ConfListener> listeners = new ArrayList<>();

    /// What is before the first listener, and what holds for all.
    final ConfListener byDefault = new ConfListener(null);

    final ConfListener everywhere = new ConfListener(null);

    final boolean isPerListener;

    private final List<Note> notes;
    private final Map<Integer, ConfListener> current = new HashMap<>();

    Conf(List<ConfLine> lines, List<Note> notes) {
        this.notes = notes;
        ConfValues values = new ConfValues(notes);
        // Mosquitto wants it first and does not let it be taken back.
        this.isPerListener =
                lines.stream()
                        .filter(line -> line.option().equals("per_listener_settings"))
                        .anyMatch(values::isOn);
        lines.forEach(this::line);
        if (!listeners.isEmpty() && !listeners.contains(byDefault)) {
            // Security that nobody comes in by: only where it is by listener does it get here.
            for (ConfLine line : byDefault.lines()) {
                if (isDefault(line)) {
                    continue;
                }
                notes.add(
                        line.note(
                                Note.Kind.LOST,
                                "stands before the listeners, where it is for the default listener alone, which is not started"));
            }
        }
    }

    private void line(ConfLine line) {
        MosquittoOption option = MosquittoOptions.find(line.option());
        if (option == null) {
            notes.add(unknown(line));
            return;
        }
        note(line, option);
        switch (option.scope()) {
            case BROKER -> {
                if (line.option().equals("log_type")) {
                    logTypes.add(line);
                }
                broker.put(line.option(), line);
            }
            case SECURITY -> {
                if (line.option().equals("per_listener_settings")) {
                    return;
                }
                boolean isOwn =
                        ALWAYS_OF_A_LISTENER.contains(line.option())
                                || (isPerListener && !line.option().equals("global_plugin"));
                (isOwn ? current(line) : everywhere).give(line);
            }
            case LISTENER, TLS -> listener(line);
            case BRIDGE -> {}
        }
    }

    // What is included may be any file of this machine, by a link, and the notes are for others to
    // read, too: nothing is told of a line but what can only be the name of an option.
    private static Note unknown(ConfLine line) {
        return new Note(
                line.place(),
                OPTION_NAME.matcher(line.option()).matches() ? line.option() : "",
                Note.Kind.LOST,
                "no option of Mosquitto that is known here");
    }

    private void note(ConfLine line, MosquittoOption option) {
        if (option.fate() == Fate.CARRIED) {
            return;
        }
        boolean isSame = !option.same().isEmpty() && option.same().equals(line.word());
        if (option.fate() == Fate.NEEDLESS) {
            notes.add(line.note(Note.Kind.NEEDLESS, option.text()));
        } else if (!isSame) {
            notes.add(line.note(Note.Kind.LOST, option.text()));
        }
    }

    private void listener(ConfLine line) {
        if (line.option().equals("listener")) {
            ConfListener begun = new ConfListener(line);
            listeners.add(begun);
            current.put(line.reading(), begun);
            return;
        }
        ConfListener listener = current(line);
        if (OF_THE_DEFAULT_LISTENER.contains(line.option())) {
            listener = byDefault;
            current.put(line.reading(), byDefault);
        }
        if (listener == byDefault && !listeners.contains(byDefault) && !isDefault(line)) {
            listeners.addFirst(byDefault);
        }
        listener.give(line);
    }

    // What says only what holds anyway starts no default listener.
    private static boolean isDefault(ConfLine line) {
        return (line.option().equals("protocol") && line.word().equals("mqtt"))
                || (line.option().equals("max_connections") && line.word().equals("-1"));
    }

    private ConfListener current(ConfLine line) {
        return current.getOrDefault(line.reading(), byDefault);
    }

    /// What of who may come in holds at `listener`.
    ConfListener security(ConfListener listener) {
        return isPerListener ? listener : everywhere;
    }

    @Nullable ConfLine broker(String option) {
        return broker.get(option);
    }
}
