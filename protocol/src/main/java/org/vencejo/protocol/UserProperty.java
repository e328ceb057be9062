package org.vencejo.protocol;

/// One User Property: a pair of strings that the protocol carries and never reads. Immutable.
public record UserProperty(String name, String value) {}
