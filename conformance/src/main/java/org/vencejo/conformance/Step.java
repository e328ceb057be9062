package org.vencejo.conformance;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// One thing that a scenario does or expects. Immutable.
///
/// `client` is the name of a connection; the one that it had before it opened another is `A'`.
sealed interface Step {

    /// `A opens`: a transport connection, beside the one that A may have.
    record Open(String client) implements Step {}

    /// `A > 30 ...`: packets in one write, or byte by byte (`>>`).
    record Send(String client, List<List<Element>> packets, boolean byteByByte) implements Step {}

    /// `A < 30 ...`: the next packet; several (`<*`) may come in any order.
    record Expect(String client, List<List<Element>> packets) implements Step {
        /// Whether it is one packet of this type.
        boolean isOf(int type) {
            return packets.size() == 1 && isOf(packets.getFirst(), type);
        }

        /// Whether these elements begin as packets of this type do.
        static boolean isOf(List<Element> packet, int type) {
            return switch (packet.getFirst()) {
                case Element.Octet first ->
                        first.choices().stream().allMatch(choice -> choice >>> 4 == type);
                case Element.Only it -> isOf(it.elements(), type);
                default -> false;
            };
        }
    }

    /// `A closed`: nothing more, and the end. With Reason Codes `A closed 82`: in 5.0 a DISCONNECT
    /// with one of them comes first.
    record Closed(String client, List<Integer> reasonCodes) implements Step {}

    /// `A cut`: the client's end resets the connection. `A ends`: it closes it without DISCONNECT.
    record Leave(String client, boolean byReset) implements Step {}

    /// `A goes`: over the boundary that is the trial's parameter.
    record CrossBoundary(String client) implements Step {}

    /// `wait 3 s`: virtual time passes.
    record Wait(Duration time) implements Step {}

    /// `server restarts`: it dies, if it has not stopped, and comes back with what was durable, at
    /// once or after that time.
    record Restart(Duration after) implements Step {}

    /// `server stops`: in order, and its clients are told.
    record Stop() implements Step {}

    /// `journal holds`, `journal goes on`: from when and until when nothing becomes durable.
    record Journal(boolean holds) implements Step {}

    /// `deny publish ~/x`, `allow publish ~/x`: from now on nobody may, or everybody again.
    record Access(Setup.Denial what, boolean denied) implements Step {}

    /// `$p differs from $q`.
    record Differ(String one, String other) implements Step {}

    /// Whether it is `client` that does or expects it.
    default boolean isOf(String client) {
        return switch (this) {
            case Open it -> it.client().equals(client);
            case Send it -> it.client().equals(client);
            case Expect it -> it.client().equals(client);
            case Closed it -> it.client().equals(client);
            case Leave it -> it.client().equals(client);
            case CrossBoundary it -> it.client().equals(client);
            case Wait _, Restart _, Stop _, Journal _, Access _, Differ _ -> false;
        };
    }

    /// What a server under test has to be able to do for this step, if it is not everybody's.
    default Optional<Ability> needs() {
        return switch (this) {
            case Wait _ -> Optional.of(Ability.TIME);
            case Restart _, Stop _ -> Optional.of(Ability.RESTART);
            case Journal _ -> Optional.of(Ability.JOURNAL);
            case Access _ -> Optional.of(Ability.SETUP);
            case Open _, Send _, Expect _, Closed _, Leave _, CrossBoundary _, Differ _ ->
                    Optional.empty();
        };
    }
}
