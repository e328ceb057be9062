package org.vencejo.cli.mosquitto;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the values of a `mosquitto.conf` are, as Mosquitto reads them. Confined to one thread.
///
/// One that Mosquitto would not start with is null, and noted.
final class ConfValues {
    private final List<Note> notes;

    ConfValues(List<Note> notes) {
        this.notes = notes;
    }

    @Nullable Boolean flag(@Nullable ConfLine line) {
        if (line == null) {
            return null;
        }
        return switch (line.word()) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> {
                wrong(line, "true or false");
                yield null;
            }
        };
    }

    /// Whether `line` is there and says so.
    boolean isOn(@Nullable ConfLine line) {
        return Boolean.TRUE.equals(flag(line));
    }

    @Nullable Long number(ConfLine line, long min, long max) {
        try {
            long value = Long.decode(line.word());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        wrong(line, "a whole number from " + min + " to " + max);
        return null;
    }

    private void wrong(ConfLine line, String allowed) {
        notes.add(
                line.note(
                        Note.Kind.LOST,
                        line.word().isEmpty()
                                ? "no value; Mosquitto takes " + allowed
                                : "given '%s'; Mosquitto takes %s"
                                        .formatted(line.word(), allowed)));
    }
}
