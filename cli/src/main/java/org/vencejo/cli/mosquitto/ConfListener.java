package org.vencejo.cli.mosquitto;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a `mosquitto.conf` says of one listener, or of all where it says who may come in by any of
/// them. Confined to one thread.
///
/// `line` is the one that begins it, or null for the default listener and for all.
final class ConfListener {
    final @Nullable ConfLine line;
    final List<ConfLine> origins = new ArrayList<>();
    private final Map<String, ConfLine> given = new HashMap<>();

    ConfListener(@Nullable ConfLine line) {
        this.line = line;
    }

    /// Takes a line; of two for the same option the later counts.
    void give(ConfLine line) {
        if (line.option().equals("websockets_origin")) {
            origins.add(line);
        }
        given.put(line.option(), line);
    }

    @Nullable ConfLine get(String option) {
        return given.get(option);
    }

    /// The first of these options that is given.
    @Nullable ConfLine any(String... options) {
        for (String option : options) {
            ConfLine line = given.get(option);
            if (line != null) {
                return line;
            }
        }
        return null;
    }

    boolean isEmpty() {
        return given.isEmpty();
    }

    List<ConfLine> lines() {
        return List.copyOf(given.values());
    }
}
