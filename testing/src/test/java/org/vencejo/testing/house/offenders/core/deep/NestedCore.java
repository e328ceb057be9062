package org.vencejo.testing.house.offenders.core.deep;

/// Lies in a package that the core does not have.
public class NestedCore {}
