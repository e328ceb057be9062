package org.vencejo.broker;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/// A record with one component replaced, so that a test names only what it is about.
final class With {
    private With() {}

    static <T extends Record> T with(T record, String name, Object value) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        boolean found = false;
        try {
            for (int i = 0; i < components.length; i++) {
                boolean named = components[i].getName().equals(name);
                found |= named;
                values[i] = named ? value : components[i].getAccessor().invoke(record);
            }
            if (!found) {
                throw new IllegalArgumentException(record.getClass() + " has no " + name);
            }
            Class<?>[] types =
                    Arrays.stream(components)
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new);
            @SuppressWarnings("unchecked") // its own constructor makes its own kind
            T other = (T) record.getClass().getDeclaredConstructor(types).newInstance(values);
            return other;
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
