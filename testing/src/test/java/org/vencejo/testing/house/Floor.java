package org.vencejo.testing.house;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A module and what it may import: the floors of ARCHITECTURE as data. Whoever needs a new edge
/// adds it here and a sentence to an ADR. `org.jspecify` and `java` are open to all.
enum Floor {
    PROTOCOL(Set.of(), Set.of("io.netty.buffer", "io.netty.util"), Set.of("")),
    CONFORMANCE(Set.of(PROTOCOL), Set.of(), Set.of("")),
    CORE(
            Set.of(PROTOCOL),
            Set.of("io.netty.buffer", "io.netty.util"),
            Set.of("", ".session", ".routing")),
    STORAGE(
            Set.of(PROTOCOL, CORE),
            Set.of("io.netty.buffer", "org.rocksdb", "org.slf4j"),
            Set.of("")),
    TRANSPORT(
            Set.of(),
            Set.of(
                    "io.netty",
                    "javax.naming",
                    "javax.net.ssl",
                    "javax.security",
                    "org.bouncycastle"),
            Set.of("")),
    // javax.crypto: the HMAC and the key derivation of the JDK, for SCRAM.
    CLIENT(Set.of(PROTOCOL, CORE, TRANSPORT), Set.of("io.netty", "javax.crypto"), Set.of("")),
    BROKER(
            Set.of(PROTOCOL, CORE, STORAGE, TRANSPORT),
            // com.sun.management: the one door of the JDK to the limit of file descriptors;
            // javax.crypto: the JDK's HMAC; javax.naming: its reader of the names in certificates.
            Set.of(
                    "io.netty",
                    "org.slf4j",
                    "org.snakeyaml",
                    "org.bouncycastle",
                    "com.nimbusds",
                    "com.ongres",
                    "com.unboundid",
                    "javax.crypto",
                    "javax.net.ssl",
                    "com.sun.management",
                    "javax.naming",
                    "javax.security"),
            Set.of("", ".config", ".access", ".identity", ".passwords")),
    CLI(
            Set.of(PROTOCOL, CONFORMANCE, CORE, STORAGE, TRANSPORT, CLIENT, BROKER),
            Set.of("org.slf4j", "picocli", "com.sun.management"),
            Set.of("", ".mosquitto"));

    private static final Set<String> OPEN_TO_ALL = Set.of("java", "org.jspecify");

    private final Set<Floor> below;
    private final Set<String> libraries;
    private final Set<String> packages;

    Floor(Set<Floor> below, Set<String> libraries, Set<String> packages) {
        this.below = below;
        this.libraries = libraries;
        this.packages = packages;
    }

    /// The package of the module under `root`, which is `org.vencejo` for the house itself.
    String packageName(String root) {
        return root + "." + name().toLowerCase(java.util.Locale.ROOT);
    }

    /// Every import of the module that its floor does not allow, one a line.
    List<String> forbiddenImports(JavaClasses classes, String root) {
        var found = new TreeSet<String>();
        for (JavaClass each : of(classes, root)) {
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (!target.isPrimitive() && !mayImport(target.getPackageName(), root)) {
                    found.add(each.getName() + " uses " + target.getName());
                }
            }
        }
        return List.copyOf(found);
    }

    /// Every package of the module that is not one of its few.
    List<String> forbiddenPackages(JavaClasses classes, String root) {
        var found = new TreeSet<String>();
        for (JavaClass each : of(classes, root)) {
            String inside = each.getPackageName().substring(packageName(root).length());
            if (!packages.contains(inside)) {
                found.add(each.getPackageName());
            }
        }
        return List.copyOf(found);
    }

    List<JavaClass> of(JavaClasses classes, String root) {
        return classes.stream()
                .filter(each -> isWithin(each.getPackageName(), packageName(root)))
                .toList();
    }

    private boolean mayImport(String target, String root) {
        return isWithin(target, packageName(root))
                || below.stream().anyMatch(floor -> isWithin(target, floor.packageName(root)))
                || libraries.stream().anyMatch(library -> isWithin(target, library))
                || OPEN_TO_ALL.stream().anyMatch(library -> isWithin(target, library));
    }

    private static boolean isWithin(String packageName, String parent) {
        return packageName.equals(parent) || packageName.startsWith(parent + ".");
    }
}
