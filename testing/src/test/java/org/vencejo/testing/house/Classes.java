package org.vencejo.testing.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/// The compiled classes that the house rules look at: the house itself, and the offenders that show
/// that each rule bites.
final class Classes {
    static final String HOUSE = "org.vencejo";
    static final String OFFENDERS = "org.vencejo.testing.house.offenders";

    private Classes() {}

    static JavaClasses house() {
        return House.CLASSES;
    }

    static JavaClasses offenders() {
        return Offenders.CLASSES;
    }

    private static final class House {
        static final JavaClasses CLASSES =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        // Tests that one module lends to another
                        .withImportOption(location -> !location.contains("-tests.jar"))
                        .importPackages(HOUSE);
    }

    private static final class Offenders {
        static final JavaClasses CLASSES = new ClassFileImporter().importPackages(OFFENDERS);
    }
}
