package org.vencejo.broker.passwords;

import java.security.SecureRandom;
import java.util.Base64;

/// Reads the parts of a hash between its `$`. Stateless.
final class HashFields {
    private HashFields() {}

    /// The parts of `text` behind its first `$`, of which there have to be `count`.
    static String[] split(String text, int count, String form) {
        String[] parts = text.substring(1).split("\\$", -1);
        if (parts.length != count) {
            throw new UnknownHashException("not of the form " + form);
        }
        return parts;
    }

    /// A number in decimal digits, within bounds that keep a slip from costing an hour a client.
    static int number(String digits, String what, int min, int max) {
        // Nine digits fit an int, and no sign is one.
        if (digits.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(digits);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new UnknownHashException("%s; allowed: %d to %d".formatted(what, min, max));
    }

    /// Bytes in Base64, of which there have to be `min` to `max`.
    static byte[] bytes(String base64, String what, int min, int max) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new UnknownHashException(what + " is not Base64");
        }
        if (bytes.length < min || bytes.length > max) {
            throw new UnknownHashException(
                    "%s has %d bytes; allowed: %s"
                            .formatted(
                                    what,
                                    bytes.length,
                                    min == max ? "" + min : min + " to " + max));
        }
        return bytes;
    }

    static byte[] random(SecureRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
