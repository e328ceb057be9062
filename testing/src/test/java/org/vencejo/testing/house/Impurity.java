package org.vencejo.testing.house;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What a deterministic state machine must not touch, and what it does instead: the same inputs
/// have to give the same effects on every machine, at every speed, in every replay.
enum Impurity {
    CLOCK(
            "take nowNanos from the call, and wall-clock seconds from the input that brings them",
            List.of("java.time.", "java.util.Timer", "java.util.Date", "java.util.Calendar"),
            List.of("java.lang.System.nanoTime(", "java.lang.System.currentTimeMillis(")),
    THREAD(
            "the core has one owner at a time; what must wait is an effect, its answer an input",
            List.of("java.lang.Thread", "java.util.concurrent.", "java.lang.ScopedValue"),
            List.of(
                    "java.lang.Object.wait(",
                    "java.lang.Object.notify",
                    "java.lang.invoke.MethodHandles$Lookup.findVarHandle(",
                    "java.lang.invoke.MethodHandles$Lookup.findStaticVarHandle(")),
    INPUT_AND_OUTPUT(
            "hand an effect to the Outbox and let the driver do it",
            List.of("java.io.", "java.nio.file.", "java.nio.channels.", "java.net."),
            List.of(
                    "java.lang.System.out",
                    "java.lang.System.err",
                    "java.lang.System.in",
                    "java.lang.System.getProperty(",
                    "java.lang.System.getenv(",
                    "java.lang.System.exit(")),
    RANDOMNESS(
            "take the seed in the constructor; go through what has an order",
            List.of("java.security.SecureRandom"),
            List.of(
                    "java.lang.Math.random(",
                    "java.util.Random.<init>()",
                    "java.util.SplittableRandom.<init>()",
                    "java.util.random.RandomGenerator.getDefault(",
                    "java.util.Collections.shuffle(java.util.List)",
                    "java.util.UUID.randomUUID(",
                    // To look up by identity is fine; the order of such a map is not.
                    "java.util.IdentityHashMap.keySet(",
                    "java.util.IdentityHashMap.values(",
                    "java.util.IdentityHashMap.entrySet(",
                    "java.util.IdentityHashMap.forEach(")),
    LOGGER(
            "say it with an Event in the Outbox; the driver writes the log",
            List.of("org.slf4j.", "java.util.logging.", "java.lang.System$Logger"),
            List.of());

    /// Records, enums and lambdas bring it along; it does nothing.
    private static final String HARMLESS = "java.io.Serializable";

    private final String instead;
    private final List<String> classes;
    private final List<String> members;

    Impurity(String instead, List<String> classes, List<String> members) {
        this.instead = instead;
        this.classes = classes;
        this.members = members;
    }

    String instead() {
        return instead;
    }

    /// One line for each use in `users`.
    List<String> usesIn(List<JavaClass> users) {
        var found = new ArrayList<String>();
        for (JavaClass user : users) {
            Stream<String> types =
                    user.getDirectDependenciesFromSelf().stream()
                            .map(Dependency::getTargetClass)
                            .map(JavaClass::getBaseComponentType)
                            .map(JavaClass::getName)
                            .filter(name -> !name.equals(HARMLESS))
                            .filter(name -> classes.stream().anyMatch(name::startsWith));
            Stream<String> accesses =
                    user.getAccessesFromSelf().stream()
                            .map(Impurity::signature)
                            .filter(name -> members.stream().anyMatch(name::startsWith));
            Stream.concat(types, accesses)
                    .distinct()
                    .sorted()
                    .forEach(name -> found.add(user.getName() + " uses " + name));
            if (this == THREAD) {
                found.addAll(sharedMembers(user));
            }
        }
        return found;
    }

    private static List<String> sharedMembers(JavaClass user) {
        return user.getMembers().stream()
                .filter(member ->
                        member.getModifiers().contains(JavaModifier.SYNCHRONIZED)
                                || member.getModifiers().contains(JavaModifier.VOLATILE))
                .map(JavaMember::getFullName)
                .map(name -> name + " is synchronized or volatile")
                .toList();
    }

    /// `owner.name` of a field, `owner.name(parameter types)` of what is called.
    private static String signature(JavaAccess<?> access) {
        return access.getTarget().getFullName();
    }
}
