package org.vencejo.bench.attack;

/// What a hostile connection does. Of a thousand connections so many are of each kind.
enum Kind {
    HALF_CONNECT(190, "half of a CONNECT, then nothing"),
    SLOW_BYTES(190, "a CONNECT, one byte a second"),
    TLS_CUT(50, "a TLS handshake, cut off in the middle, again and again"),
    TLS_SILENT(50, "a TLS handshake that goes no further"),
    SLOW_UPGRADE(50, "a WebSocket request, one line a second"),
    SILENT(150, "nothing at all"),
    CONNECTED(120, "a client that does nothing"),
    COMING_AND_GOING(20, "a client that connects and leaves, again and again"),
    SUBSCRIBE_FLOOD(50, "a flood of SUBSCRIBE"),
    MANY_SUBSCRIPTIONS(10, "65,535 subscriptions, 1,000 in each SUBSCRIBE"),
    UNREAD_ANSWERS(20, "a flood of SUBSCRIBE whose answers are not read"),
    RETAINED_FLOOD(50, "a flood of retained messages, each to its own topic"),
    PUBLISH_FLOOD(50, "a flood of PUBLISH at QoS 0");

    final int share;
    final String words;

    Kind(int share, String words) {
        this.share = share;
        this.words = words;
    }

    /// Whether it is let in as a client first.
    boolean connects() {
        return compareTo(CONNECTED) >= 0;
    }

    /// Whether it sends as fast as it is read from.
    boolean floods() {
        return compareTo(SUBSCRIBE_FLOOD) >= 0;
    }
}
