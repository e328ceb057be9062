package org.vencejo.storage;

import org.vencejo.core.Mutation;

/// A change that does not fit what the store has: the core and the store disagree on what there is,
/// which is a fault of ours.
///
/// It is never skipped. Acknowledgements go by number, so that what stands behind it would be
/// acknowledged too, and nobody knows what of that builds on a state which the store does not have.
/// A restart makes the core anew from the store, and with that they agree.
final class SenselessChangeException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /// For those who may not read the log.
    static final String REASON =
            "a fault of the broker, which its log tells; a restart ends it, and begins with all that was acknowledged";

    SenselessChangeException(String why, Mutation mutation) {
        super(why + ": " + mutation);
    }
}
