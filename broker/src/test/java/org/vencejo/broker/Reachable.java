package org.vencejo.broker;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The classes of ours that an object keeps in memory: by fields, also those of lambdas, through
/// arrays, collections and maps.
final class Reachable {
    private static final String OURS = "org.vencejo.";

    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ArrayDeque<Object> ahead = new ArrayDeque<>();
    private final Set<String> classes = new TreeSet<>();

    private Reachable() {}

    /// The names of those that `root`, at which nobody works any more, has below it.
    static Set<String> from(Object root) throws IllegalAccessException {
        Reachable reachable = new Reachable();
        reachable.add(root);
        while (!reachable.ahead.isEmpty()) {
            reachable.lookInto(reachable.ahead.remove());
        }
        return reachable.classes;
    }

    private void add(@Nullable Object object) {
        if (object != null && seen.add(object)) {
            ahead.add(object);
        }
    }

    private void lookInto(Object object) throws IllegalAccessException {
        switch (object) {
            case Map<?, ?> map ->
                    map.forEach((key, value) -> {
                        add(key);
                        add(value);
                    });
            case Collection<?> all -> all.forEach(this::add);
            case Object[] all -> {
                for (Object each : all) {
                    add(each);
                }
            }
            case AtomicReference<?> reference -> add(reference.get());
            default -> lookIntoOurs(object);
        }
    }

    private void lookIntoOurs(Object object) throws IllegalAccessException {
        if (!object.getClass().getName().startsWith(OURS)) {
            return;
        }
        classes.add(object.getClass().getName());
        for (Class<?> type = object.getClass();
                type != null && type.getName().startsWith(OURS);
                type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    field.setAccessible(true);
                    add(field.get(object));
                }
            }
        }
    }
}
