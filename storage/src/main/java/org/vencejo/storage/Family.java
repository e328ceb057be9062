package org.vencejo.storage;

import java.nio.charset.StandardCharsets;

/// The column families: parts of one database that share its log and so change together.
enum Family {
    /// The number of the format, and of each batch how far it reaches.
    META("default"),
    /// What is known of each session, but for its queue.
    SESSIONS("sessions"),
    /// The entries of queues.
    QUEUES("queues"),
    /// Messages that several entries refer to, and by how many.
    MESSAGES("messages"),
    /// Retained messages by topic.
    RETAINED("retained");

    private final String label;

    Family(String label) {
        this.label = label;
    }

    byte[] nameBytes() {
        return label.getBytes(StandardCharsets.US_ASCII);
    }
}
