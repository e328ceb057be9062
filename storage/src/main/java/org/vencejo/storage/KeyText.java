package org.vencejo.storage;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/// Keys in words, for those who are to find what is damaged. Stateless.
final class KeyText {
    private static final int SESSION_BYTES = 8;
    private static final int RECORD_BYTES = SESSION_BYTES + 1;
    private static final int ENTRY_BYTES = 16;

    private KeyText() {}

    static String of(Family family) {
        return family.name().toLowerCase(Locale.ROOT);
    }

    /// What has this key, as far as the key can be read.
    static String of(Family family, byte[] key) {
        return switch (family) {
            case META -> "'" + Database.text(key) + "'";
            case SESSIONS -> key.length < RECORD_BYTES ? hex(family, key) : record(key);
            case QUEUES ->
                    key.length == ENTRY_BYTES
                            ? "session "
                                    + Keys.sessionOf(key)
                                    + ", queue entry "
                                    + Keys.sequenceOf(key)
                            : hex(family, key);
            case MESSAGES ->
                    key.length == RECORD_BYTES
                            ? (Keys.kindOf(key) == Keys.COUNT ? "count of message " : "message ")
                                    + Keys.sessionOf(key)
                            : hex(family, key);
            case RETAINED -> "retained message of '" + Database.text(key) + "'";
        };
    }

    private static String record(byte[] key) {
        byte[] rest = Arrays.copyOfRange(key, RECORD_BYTES, key.length);
        String what =
                switch (Keys.kindOf(key)) {
                    case Keys.IDENTITY -> "Client Identifier";
                    case Keys.OWNER -> "User Name";
                    case Keys.STATE -> "state";
                    case Keys.WILL -> "will";
                    case Keys.SUBSCRIPTION -> "subscription '" + Database.text(rest) + "'";
                    case Keys.RELEASED -> "PUBREC of an entry";
                    case Keys.TAKEN -> "Packet Identifier of a publisher";
                    default -> "record of kind " + Keys.kindOf(key);
                };
        return "session " + Keys.sessionOf(key) + ", " + what;
    }

    private static String hex(Family family, byte[] key) {
        return of(family) + " key " + HexFormat.of().formatHex(key);
    }
}
