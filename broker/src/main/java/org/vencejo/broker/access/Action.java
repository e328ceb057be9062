package org.vencejo.broker.access;

/// What a rule speaks of. A rule about subscribing speaks of receiving, too.
enum Action {
    PUBLISH,
    SUBSCRIBE
}
