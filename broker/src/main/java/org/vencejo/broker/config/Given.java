package org.vencejo.broker.config;

/// A value as it was given: for which key, where and in which words. Immutable.
///
/// `path` names an entry of a list by its index: `listeners[0].port`. The entry itself,
/// `listeners[0]`, is given too, without text, to say where it is.
record Given(String path, String text, Place place) {}
