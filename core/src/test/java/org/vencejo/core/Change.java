package org.vencejo.core;

import java.lang.reflect.RecordComponent;

/// Copies of records with one component changed, for settings of which a test wants one other.
final class Change {
    private Change() {}

    /// `record` with `value` as its component `name`.
    @SuppressWarnings("unchecked") // the copy is made by the record's own constructor
    static <R extends Record> R of(R record, String name, Object value) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        boolean found = false;
        try {
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                boolean isIt = components[i].getName().equals(name);
                found |= isIt;
                values[i] =
                        isIt ? fitted(value, types[i]) : components[i].getAccessor().invoke(record);
            }
            if (!found) {
                throw new IllegalArgumentException(record.getClass() + " has no " + name);
            }
            return (R) record.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object fitted(Object value, Class<?> type) {
        return type == int.class && value instanceof Long number
                ? (Object) Math.toIntExact(number)
                : value;
    }
}
