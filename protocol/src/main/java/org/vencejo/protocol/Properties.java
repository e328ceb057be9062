package org.vencejo.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/// The Properties of one packet. Immutable.
///
/// A bit for each identifier says what is there; values stand in the order of the identifiers, numbers
/// in one array and the rest in another, so that a packet with none costs nothing and nothing is
/// boxed. User Properties keep their order and their repeats.
public final class Properties {
    public static final Properties NONE = new Properties(0, new long[0], new Object[0]);

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

    /// The number of `property`, or `absent` if it is not there.
    public long number(Property property, long absent) {
        return has(property) ? numbers[rank(property, NUMBERS)] : absent;
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

    /// These properties with these Subscription Identifiers instead of their own.
    public Properties withSubscriptionIdentifiers(int[] identifiers) {
        if (identifiers.length == 0) {
            return without(Property.SUBSCRIPTION_IDENTIFIER);
        }
        Builder builder = toBuilder();
        builder.values[Property.SUBSCRIPTION_IDENTIFIER.ordinal()] = identifiers;
        builder.present |= bit(Property.SUBSCRIPTION_IDENTIFIER);
        return builder.build();
    }

    /// These properties without `property`.
    public Properties without(Property property) {
        if (!has(property)) {
            return this;
        }
        Builder builder = toBuilder();
        builder.present &= ~bit(property);
        return builder.build();
    }

    /// Calls `action` for each number with its property, in the order of identifiers.
    void forEachNumber(ObjLongConsumer<Property> action) {
        int index = 0;
        for (long bits = present & NUMBERS; bits != 0; bits &= bits - 1) {
            action.accept(propertyAt(bits), numbers[index++]);
        }
    }

    /// Whether any property is there that is not a number.
    boolean hasValues() {
        return values.length != 0;
    }

    private @Nullable Object value(Property property) {
        return has(property) ? values[rank(property, ~NUMBERS)] : null;
    }

    private int rank(Property property, long kind) {
        return Long.bitCount(present & kind & (bit(property) - 1));
    }

    private static long bit(Property property) {
        return 1L << property.identifier();
    }

    private static Property propertyAt(long bits) {
        Property property = Property.of(Long.numberOfTrailingZeros(bits));
        if (property == null) {
            throw new IllegalStateException("no property has bit " + Long.toHexString(bits));
        }
        return property;
    }

    /// Properties to which more can be added.
    public Builder toBuilder() {
        Builder builder = new Builder();
        int number = 0;
        int value = 0;
        for (long bits = present; bits != 0; bits &= bits - 1) {
            Property property = propertyAt(bits);
            if (property.isNumber()) {
                builder.numbers[property.ordinal()] = numbers[number++];
            } else {
                builder.values[property.ordinal()] = values[value++];
            }
        }
        builder.present = present;
        return builder;
    }

    public static Builder builder() {
        return new Builder();
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
        return Long.hashCode(present) * 31 + Arrays.hashCode(numbers) * 31 + Arrays.deepHashCode(values);
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
    public static final class Builder {
        private static final int SIZE = Property.values().length;

        private long present;
        private final long[] numbers = new long[SIZE];
        private final @Nullable Object[] values = new @Nullable Object[SIZE];

        private Builder() {}

        public boolean has(Property property) {
            return (present & bit(property)) != 0;
        }

        /// Sets a number.
        public Builder put(Property property, long number) {
            if (property == Property.SUBSCRIPTION_IDENTIFIER) {
                return addSubscriptionIdentifier((int) number);
            }
            requireType(property, property.isNumber());
            numbers[property.ordinal()] = number;
            present |= bit(property);
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
            List<UserProperty> pairs = new ArrayList<>();
            if (has(Property.USER_PROPERTY)) {
                pairs.addAll(build().userProperties());
            }
            pairs.add(pair);
            return addAll(pairs);
        }

        /// Sets all User Properties at once.
        public Builder addAll(List<UserProperty> pairs) {
            return pairs.isEmpty() ? this : set(Property.USER_PROPERTY, List.copyOf(pairs));
        }

        /// Adds a Subscription Identifier behind those that are there.
        public Builder addSubscriptionIdentifier(int identifier) {
            int index = Property.SUBSCRIPTION_IDENTIFIER.ordinal();
            int[] before = has(Property.SUBSCRIPTION_IDENTIFIER) && values[index] instanceof int[] some ? some : NO_IDENTIFIERS;
            int[] after = Arrays.copyOf(before, before.length + 1);
            after[before.length] = identifier;
            return set(Property.SUBSCRIPTION_IDENTIFIER, after);
        }

        private Builder set(Property property, Object value) {
            values[property.ordinal()] = value;
            present |= bit(property);
            return this;
        }

        private static void requireType(Property property, boolean fits) {
            if (!fits) {
                throw new IllegalArgumentException(property + " is a " + property.type());
            }
        }

        public Properties build() {
            if (present == 0) {
                return NONE;
            }
            long[] onlyNumbers = new long[Long.bitCount(present & NUMBERS)];
            Object[] onlyValues = new Object[Long.bitCount(present & ~NUMBERS)];
            int number = 0;
            int value = 0;
            for (long bits = present; bits != 0; bits &= bits - 1) {
                Property property = propertyAt(bits);
                if (property.isNumber()) {
                    onlyNumbers[number++] = numbers[property.ordinal()];
                } else {
                    onlyValues[value++] = Objects.requireNonNull(values[property.ordinal()]);
                }
            }
            return new Properties(present, onlyNumbers, onlyValues);
        }
    }
}
