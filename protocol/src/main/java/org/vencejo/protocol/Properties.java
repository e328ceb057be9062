package org.vencejo.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The Properties of one packet. Immutable.
///
/// A bit for each identifier says what is there; values stand in the order of the identifiers,
/// numbers in one array and the rest in another, so that a packet with none costs nothing and
/// nothing is boxed. User Properties keep their order and their repeats.
public final class Properties {
    public static final Properties NONE = new Properties(0, new long[0], new Object[0]);

    private static final long OBJECT_BYTES = 24;

    private static final long NUMBERS;

    static {
        long numbers = 0;
        for (Property property : Property.values()) {
            numbers |= property.isNumber() ? bit(property) : 0;
        }
        NUMBERS = numbers;
    }

    private final long present;
    private final long[] numbers;
    private final Object[] values;

    private Properties(long present, long[] numbers, Object[] values) {
        this.present = present;
        this.numbers = numbers;
        this.values = values;
    }

    public boolean isEmpty() {
        return present == 0;
    }

    public boolean has(Property property) {
        return (present & bit(property)) != 0;
    }

    /// About what they take in memory, for limits in bytes: many short strings are more than their
    /// letters.
    public long heapBytes() {
        long bytes = 8L * numbers.length;
        for (Object value : values) {
            bytes +=
                    switch (value) {
                        case String text -> heapBytes(text);
                        case byte[] binary -> OBJECT_BYTES + binary.length;
                        case List<?> list -> heapBytesOfEach(list);
                        default -> OBJECT_BYTES;
                    };
        }
        return bytes;
    }

    private static long heapBytesOfEach(List<?> list) {
        long bytes = OBJECT_BYTES;
        for (Object each : list) {
            bytes += OBJECT_BYTES;
            if (each instanceof UserProperty pair) {
                bytes += heapBytes(pair.name()) + heapBytes(pair.value());
            }
        }
        return bytes;
    }

    private static long heapBytes(String text) {
        return 2L * OBJECT_BYTES + text.length();
    }

    /// The number of `property`, or `absent` if it is not there.
    public long number(Property property, long absent) {
        return has(property) ? numbers[rank(present & NUMBERS, property)] : absent;
    }

    /// The flag of `property` (a byte of 0 or 1), or `absent` if it is not there.
    public boolean flag(Property property, boolean absent) {
        return number(property, absent ? 1 : 0) == 1;
    }

    /// The string of `property`, or null if it is not there.
    public @Nullable String text(Property property) {
        return (String) value(property);
    }

    /// The bytes of `property`, or null if it is not there. Not to be written to.
    public byte @Nullable [] binary(Property property) {
        return (byte[]) value(property);
    }

    /// The string of `property`, which is there.
    String requiredText(Property property) {
        return Objects.requireNonNull(text(property));
    }

    /// The bytes of `property`, which is there.
    byte[] requiredBinary(Property property) {
        return Objects.requireNonNull(binary(property));
    }

    /// The User Properties in their order; empty if there are none.
    @SuppressWarnings("unchecked") // the builder is the only one that writes this value
    public List<UserProperty> userProperties() {
        Object value = value(Property.USER_PROPERTY);
        return value == null ? List.of() : (List<UserProperty>) value;
    }

    /// The Subscription Identifiers; empty if there are none. Not to be written to.
    public int[] subscriptionIdentifiers() {
        Object value = value(Property.SUBSCRIPTION_IDENTIFIER);
        return value == null ? NO_IDENTIFIERS : (int[]) value;
    }

    private static final int[] NO_IDENTIFIERS = {};

    /// These properties with `property` set to `number`.
    public Properties with(Property property, long number) {
        return toBuilder().put(property, number).build();
    }

    /// These properties with `property` set to `text`.
    public Properties with(Property property, String text) {
        return toBuilder().put(property, text).build();
    }

    /// These properties with one more User Property.
    public Properties withUserProperty(String name, String value) {
        return toBuilder().add(new UserProperty(name, value)).build();
    }

    /// These properties with these Subscription Identifiers instead of their own. Takes the array
    /// over.
    public Properties withSubscriptionIdentifiers(int[] identifiers) {
        return identifiers.length == 0
                ? without(Property.SUBSCRIPTION_IDENTIFIER)
                : toBuilder().set(Property.SUBSCRIPTION_IDENTIFIER, identifiers).build();
    }

    /// These properties without `property`.
    public Properties without(Property property) {
        return has(property) ? toBuilder().remove(property).build() : this;
    }

    /// A bit for the identifier of each property that is there.
    long present() {
        return present;
    }

    private @Nullable Object value(Property property) {
        return has(property) ? values[rank(present & ~NUMBERS, property)] : null;
    }

    /// How many of `kind` stand before `property`: its index among them.
    private static int rank(long kind, Property property) {
        return Long.bitCount(kind & (bit(property) - 1));
    }

    static long bit(Property property) {
        return 1L << property.identifier();
    }

    /// The property of the lowest of `bits`.
    static Property propertyAt(long bits) {
        Property property = Property.of(Long.numberOfTrailingZeros(bits));
        if (property == null) {
            throw new IllegalStateException("no property has bit " + Long.toHexString(bits));
        }
        return property;
    }

    /// Properties to which more can be added.
    public Builder toBuilder() {
        return new Builder(present, numbers, values);
    }

    public static Builder builder() {
        return new Builder(0, NONE.numbers, NONE.values);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Properties that
                        && present == that.present
                        && Arrays.equals(numbers, that.numbers)
                        && Arrays.deepEquals(values, that.values));
    }

    @Override
    public int hashCode() {
        return Long.hashCode(present) * 31
                + Arrays.hashCode(numbers) * 31
                + Arrays.deepHashCode(values);
    }

    /// Names what is there and the numbers; never strings or data, as they may be secrets.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        int number = 0;
        for (long bits = present; bits != 0; bits &= bits - 1) {
            Property property = propertyAt(bits);
            text.append(text.length() > 1 ? ", " : "").append(property);
            if (property.isNumber()) {
                text.append('=').append(numbers[number++]);
            }
        }
        return text.append(']').toString();
    }

    /// Gathers Properties. Confined to the thread that fills it.
    ///
    /// Its arrays are replaced, never written to, so that properties can share them.
    public static final class Builder {
        private long present;
        private long[] numbers;
        private Object[] values;

        // What may repeat is gathered here and joined with the rest at the end.
        private @Nullable List<UserProperty> addedPairs;
        private int[] addedIdentifiers = NO_IDENTIFIERS;
        private int addedIdentifiersCount;

        private Builder(long present, long[] numbers, Object[] values) {
            this.present = present;
            this.numbers = numbers;
            this.values = values;
        }

        public boolean has(Property property) {
            return (present & bit(property)) != 0
                    || (property == Property.USER_PROPERTY && addedPairs != null)
                    || (property == Property.SUBSCRIPTION_IDENTIFIER && addedIdentifiersCount > 0);
        }

        private boolean isSet(Property property) {
            return (present & bit(property)) != 0;
        }

        /// Sets a number, or adds a Subscription Identifier behind those that are there.
        public Builder put(Property property, long number) {
            if (property == Property.SUBSCRIPTION_IDENTIFIER) {
                return addSubscriptionIdentifier((int) number);
            }
            requireType(property, property.isNumber());
            int index = rank(present & NUMBERS, property);
            if (isSet(property)) {
                numbers = numbers.clone();
            } else {
                long[] more = new long[numbers.length + 1];
                System.arraycopy(numbers, 0, more, 0, index);
                System.arraycopy(numbers, index, more, index + 1, numbers.length - index);
                numbers = more;
                present |= bit(property);
            }
            numbers[index] = number;
            return this;
        }

        /// Sets a string.
        public Builder put(Property property, String text) {
            requireType(property, property.type() == Property.Type.UTF_8_STRING);
            return set(property, text);
        }

        /// Sets binary data, which it takes over.
        public Builder put(Property property, byte[] data) {
            requireType(property, property.type() == Property.Type.BINARY_DATA);
            return set(property, data);
        }

        /// Adds a User Property behind those that are there.
        public Builder add(UserProperty pair) {
            if (addedPairs == null) {
                addedPairs = new ArrayList<>();
            }
            addedPairs.add(pair);
            return this;
        }

        /// Adds User Properties behind those that are there.
        public Builder addAll(List<UserProperty> pairs) {
            pairs.forEach(this::add);
            return this;
        }

        /// Adds a Subscription Identifier behind those that are there.
        public Builder addSubscriptionIdentifier(int identifier) {
            if (addedIdentifiersCount == addedIdentifiers.length) {
                addedIdentifiers =
                        Arrays.copyOf(addedIdentifiers, Math.max(2, 2 * addedIdentifiersCount));
            }
            addedIdentifiers[addedIdentifiersCount++] = identifier;
            return this;
        }

        Builder set(Property property, Object value) {
            int index = rank(present & ~NUMBERS, property);
            if (isSet(property)) {
                values = values.clone();
            } else {
                Object[] more = new Object[values.length + 1];
                System.arraycopy(values, 0, more, 0, index);
                System.arraycopy(values, index, more, index + 1, values.length - index);
                values = more;
                present |= bit(property);
            }
            values[index] = value;
            return this;
        }

        /// Takes away what `property` has.
        public Builder remove(Property property) {
            if (property == Property.USER_PROPERTY) {
                addedPairs = null;
            } else if (property == Property.SUBSCRIPTION_IDENTIFIER) {
                addedIdentifiersCount = 0;
            }
            if (!isSet(property)) {
                return this;
            }
            if (property.isNumber()) {
                int index = rank(present & NUMBERS, property);
                long[] fewer = Arrays.copyOf(numbers, numbers.length - 1);
                System.arraycopy(numbers, index + 1, fewer, index, fewer.length - index);
                numbers = fewer;
            } else {
                int index = rank(present & ~NUMBERS, property);
                Object[] fewer = Arrays.copyOf(values, values.length - 1);
                System.arraycopy(values, index + 1, fewer, index, fewer.length - index);
                values = fewer;
            }
            present &= ~bit(property);
            return this;
        }

        private static void requireType(Property property, boolean fits) {
            if (!fits) {
                throw new IllegalArgumentException(property + " is a " + property.type());
            }
        }

        public Properties build() {
            joinAddedPairs();
            joinAddedIdentifiers();
            return present == 0 ? NONE : new Properties(present, numbers, values);
        }

        private void joinAddedPairs() {
            if (addedPairs != null) {
                List<UserProperty> pairs = addedPairs;
                addedPairs = null;
                if (isSet(Property.USER_PROPERTY)) {
                    pairs.addAll(0, build().userProperties());
                }
                set(Property.USER_PROPERTY, List.copyOf(pairs));
            }
        }

        private void joinAddedIdentifiers() {
            if (addedIdentifiersCount > 0) {
                int count = addedIdentifiersCount;
                addedIdentifiersCount = 0;
                int[] before =
                        isSet(Property.SUBSCRIPTION_IDENTIFIER)
                                ? build().subscriptionIdentifiers()
                                : NO_IDENTIFIERS;
                int[] joined = Arrays.copyOf(before, before.length + count);
                System.arraycopy(addedIdentifiers, 0, joined, before.length, count);
                set(Property.SUBSCRIPTION_IDENTIFIER, joined);
            }
        }
    }
}
