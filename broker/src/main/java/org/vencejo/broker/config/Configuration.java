package org.vencejo.broker.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.core.ServerSettings;

/// What was read for a broker from a file, the environment before it, flags before that, and the
/// defaults for what nobody gave. Immutable.
///
/// `texts` holds each key's value in effect as one would write it.
public record Configuration(BrokerConfig broker, SequencedMap<String, String> texts) {

    /// What to read. `file` is null without one, `port` without the flag; `assignments` are
    /// `key=value`.
    public record Request(
            @Nullable Path file,
            Map<String, String> environment,
            List<String> assignments,
            @Nullable String port) {
        /// Nothing given.
        public static final Request DEFAULTS = new Request(null, Map.of(), List.of(), null);
    }

    /// A key whose value differs between two configurations; null is no value. `reread` tells
    /// whether a running broker can follow.
    public record Change(String key, @Nullable String from, @Nullable String to, boolean reread) {}

    /// Reads and checks all that was given; throws [ConfigurationException] with every mistake in
    /// it.
    public static Configuration read(Request request, Machine machine) {
        List<Mistake> mistakes = new ArrayList<>();
        Sources sources = new Sources(mistakes);
        if (request.file != null) {
            String name = request.file.toString();
            String text =
                    TextFile.read(
                            request.file,
                            trouble -> mistakes.add(new Mistake(Place.ofFile(name), "", trouble)));
            sources.file(name, text);
        }
        sources.environment(request.environment);
        sources.flags(request.assignments);
        if (request.port != null) {
            sources.port(request.port);
        }
        Configuration configuration = new Binding(sources, mistakes, machine).bind();
        if (!mistakes.isEmpty()) {
            mistakes.sort((a, b) -> a.place().compareTo(b.place()));
            throw new ConfigurationException(mistakes);
        }
        return configuration;
    }

    /// The nanoseconds of a time that is written as in a configuration, for what is none of its
    /// keys; an [IllegalArgumentException] says what was given and what is allowed.
    public static long time(String text, long nanosMax) {
        try {
            return Quantity.time(0, nanosMax).parse(text);
        } catch (NotAllowed e) {
            throw new IllegalArgumentException(e.detail(), e);
        }
    }

    /// The settings of a server that runs with this configuration when `newer` has been read: those
    /// that can be read again are the newer ones.
    public ServerSettings followedBy(Configuration newer, Machine machine) {
        List<String> assignments = new ArrayList<>();
        for (Key<?> key : Keys.ALL) {
            String text = (key.reread() ? newer : this).texts.get(key.path());
            // Who is let in where is decided at the start, with the listeners.
            if (text != null && !key.path().equals(AuthenticationKeys.ALLOW_ANONYMOUS.path())) {
                assignments.add(key.path() + "=" + text);
            }
        }
        return read(new Request(null, Map.of(), assignments, null), machine).broker().server();
    }

    /// What `newer` changes, as it may be shown to others: without what may be a secret.
    public List<Change> changes(Configuration newer) {
        var keys = new TreeSet<>(texts.keySet());
        keys.addAll(newer.texts.keySet());
        return keys.stream()
                .filter(key -> !Objects.equals(texts.get(key), newer.texts.get(key)))
                .map(key ->
                        new Change(
                                key,
                                shown(key, texts.get(key)),
                                shown(key, newer.texts.get(key)),
                                Keys.at(key).reread()))
                .toList();
    }

    private static @Nullable String shown(String key, @Nullable String text) {
        return text == null ? null : Keys.at(key).type().shown(text);
    }
}
