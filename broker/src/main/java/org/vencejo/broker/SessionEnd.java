package org.vencejo.broker;

import java.util.concurrent.CompletableFuture;
import org.vencejo.core.Input;

/// The end of a session that an operator asks for, see [Input.EndSession]. The answer, when all of
/// it is durable, is whether there was one. Thread-safe.
final class SessionEnd implements CoreTask {
    private final CoreOwner core;
    private final String clientIdentifier;
    private final Runnable ended;
    private final CompletableFuture<Boolean> answer = new CompletableFuture<>();

    /// `ended` is run as soon as it has ended, if there was one, by who holds the core.
    SessionEnd(CoreOwner core, String clientIdentifier, Runnable ended) {
        this.core = core;
        this.clientIdentifier = clientIdentifier;
        this.ended = ended;
    }

    CompletableFuture<Boolean> answer() {
        return answer;
    }

    @Override
    public void run(LoopDriver holder) {
        try {
            boolean wasThere = isThere();
            holder.handleNow(new Input.EndSession(clientIdentifier));
            if (isThere()) {
                throw new IllegalStateException("a fault of ours, which the log has");
            }
            if (wasThere) {
                ended.run();
            }
            core.whenDurable(() -> answer.complete(wasThere));
        } catch (RuntimeException | Error fault) {
            answer.completeExceptionally(fault);
        }
    }

    private boolean isThere() {
        return core.server().hasSession(clientIdentifier);
    }

    @Override
    public void discard() {
        answer.completeExceptionally(new IllegalStateException("the server has stopped"));
    }
}
