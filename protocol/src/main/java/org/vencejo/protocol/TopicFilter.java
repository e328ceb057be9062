package org.vencejo.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A Topic Filter as a SUBSCRIBE or UNSUBSCRIBE names it, with its `$share` part if it has one.
/// Immutable.
///
/// Filters are compared character by character [MQTT-3.10.4-1]. Any well-formed string can be a
/// `TopicFilter`, as a 5.0 client is told of a bad one in the SUBACK and keeps its connection;
/// [#fault()] says what is wrong with it.
public final class TopicFilter implements Comparable<TopicFilter> {
    private static final byte[] SHARE = "$share/".getBytes(StandardCharsets.US_ASCII);

    private enum Fault {
        EMPTY(Rule.FILTER_EMPTY, "a Topic Filter has at least one character"),
        MULTI_LEVEL(Rule.FILTER_MULTI_LEVEL, "# stands alone in the last level"),
        SINGLE_LEVEL(Rule.FILTER_SINGLE_LEVEL, "+ stands alone in its level"),
        SHARE_NAME_EMPTY(Rule.FILTER_SHARE_FORM, "a share name has at least one character"),
        SHARE_NAME_WILDCARD(Rule.FILTER_SHARE_NAME, "a share name has no wildcard"),
        SHARE_WITHOUT_FILTER(
                Rule.FILTER_SHARE_NAME, "a share name is followed by / and a Topic Filter");

        private final Rule rule;
        private final String expected;

        Fault(Rule rule, String expected) {
            this.rule = rule;
            this.expected = expected;
        }
    }

    private final byte[] utf8;
    private final int hash;
    private final int start;
    private final @Nullable Fault fault;

    private TopicFilter(byte[] utf8) {
        this.utf8 = utf8;
        this.hash = TopicName.hash(utf8, 0, utf8.length);
        int begin = 0;
        @Nullable Fault found = null;
        if (startsWithShare(utf8)) {
            int slash = indexOfSlash(utf8, SHARE.length);
            begin = slash + 1;
            found = shareFault(utf8, slash);
        }
        this.start = found == null ? begin : 0;
        this.fault = found != null ? found : filterFault(utf8, begin);
    }

    /// The filter of these bytes, which are taken over; they must be well-formed UTF-8.
    static TopicFilter ofUtf8(byte[] utf8) {
        return new TopicFilter(utf8);
    }

    /// The filter written `text`, which may be invalid: see [#fault()].
    ///
    /// @throws ProtocolViolation 0x81 if it is no MQTT string: ill-formed, with U+0000, or too long
    public static TopicFilter of(String text) {
        return new TopicFilter(Utf8.encode(text));
    }

    /// The same, however long: for a rule about topics, which no packet has to carry.
    ///
    /// @throws ProtocolViolation 0x81 if it is ill-formed, or with U+0000
    public static TopicFilter ofAnyLength(String text) {
        return new TopicFilter(Utf8.encodeAnyLength(text));
    }

    /// What is wrong with the filter, or null if it is valid.
    public @Nullable String fault() {
        return fault == null ? null : fault.expected;
    }

    public boolean isValid() {
        return fault == null;
    }

    /// What a peer that speaks `version` breaks with this filter, which is not valid.
    ProtocolViolation violation(@Nullable ProtocolVersion version) {
        if (fault == null) {
            throw new IllegalStateException("a valid filter breaks nothing");
        }
        return fault.rule.broken(
                version, fault.expected + ", given was one of " + utf8.length + " bytes");
    }

    /// Whether the filter is that of a Shared Subscription.
    public boolean isShared() {
        return start > 0;
    }

    /// The share name, or null if the subscription is not shared.
    public @Nullable String shareName() {
        return start == 0
                ? null
                : new String(utf8, SHARE.length, start - 1 - SHARE.length, StandardCharsets.UTF_8);
    }

    /// The bytes, with the `$share` part. Not to be written to.
    public byte[] utf8() {
        return utf8;
    }

    /// Where in [#utf8()] the filter begins that topics are matched with: behind the `$share` part.
    public int start() {
        return start;
    }

    public int length() {
        return utf8.length;
    }

    /// Whether `+` or `#` is in the filter.
    public boolean hasWildcard() {
        for (int i = start; i < utf8.length; i++) {
            if (utf8[i] == '+' || utf8[i] == '#') {
                return true;
            }
        }
        return false;
    }

    /// The number of levels behind the `$share` part.
    public int levels() {
        int levels = 1;
        for (int i = start; i < utf8.length; i++) {
            levels += utf8[i] == '/' ? 1 : 0;
        }
        return levels;
    }

    /// Whether `topicName` matches, level by level (section 4.7). The filter must be valid.
    public boolean matches(TopicName topicName) {
        byte[] name = topicName.utf8();
        int f = start;
        int n = 0;
        if (topicName.startsWithDollar() && (utf8[f] == '+' || utf8[f] == '#')) {
            return false; // [MQTT-4.7.2-1]
        }
        while (true) {
            if (f < utf8.length && utf8[f] == '#') {
                return true;
            }
            if (f < utf8.length && utf8[f] == '+') {
                f++;
                while (n < name.length && name[n] != '/') {
                    n++;
                }
            } else {
                while (f < utf8.length && utf8[f] != '/' && n < name.length && utf8[f] == name[n]) {
                    f++;
                    n++;
                }
            }
            boolean filterLevelEnds = f == utf8.length || utf8[f] == '/';
            boolean nameLevelEnds = n == name.length || name[n] == '/';
            if (!filterLevelEnds || !nameLevelEnds) {
                return false;
            }
            if (n == name.length) {
                return f == utf8.length || endsWithParentWildcard(f); // `a/#` matches `a`
            }
            if (f == utf8.length) {
                return false;
            }
            f++;
            n++;
        }
    }

    private boolean endsWithParentWildcard(int slash) {
        return slash + 2 == utf8.length && utf8[slash + 1] == '#';
    }

    static boolean startsWithShare(byte[] utf8) {
        return utf8.length >= SHARE.length
                && Arrays.equals(utf8, 0, SHARE.length, SHARE, 0, SHARE.length);
    }

    private static int indexOfSlash(byte[] utf8, int from) {
        int i = from;
        while (i < utf8.length && utf8[i] != '/') {
            i++;
        }
        return i;
    }

    // [MQTT-4.8.2-1], [MQTT-4.8.2-2]
    private static @Nullable Fault shareFault(byte[] utf8, int slash) {
        if (slash == SHARE.length) {
            return Fault.SHARE_NAME_EMPTY;
        }
        if (slash + 1 >= utf8.length) {
            return Fault.SHARE_WITHOUT_FILTER;
        }
        for (int i = SHARE.length; i < slash; i++) {
            if (utf8[i] == '+' || utf8[i] == '#') {
                return Fault.SHARE_NAME_WILDCARD;
            }
        }
        return null;
    }

    private static @Nullable Fault filterFault(byte[] utf8, int start) {
        if (start >= utf8.length) {
            return Fault.EMPTY;
        }
        for (int i = start; i < utf8.length; i++) {
            boolean levelBegins = i == start || utf8[i - 1] == '/';
            boolean last = i + 1 == utf8.length;
            if (utf8[i] == '#' && !(levelBegins && last)) {
                return Fault.MULTI_LEVEL;
            }
            if (utf8[i] == '+' && !(levelBegins && (last || utf8[i + 1] == '/'))) {
                return Fault.SINGLE_LEVEL;
            }
        }
        return null;
    }

    /// Byte by byte. Clients name filters, and can name many with the same hash: with an order, a
    /// hash map finds its way among them all the same.
    @Override
    public int compareTo(TopicFilter other) {
        return Arrays.compareUnsigned(utf8, other.utf8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof TopicFilter that
                        && hash == that.hash
                        && Arrays.equals(utf8, that.utf8));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
