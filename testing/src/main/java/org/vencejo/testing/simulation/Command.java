package org.vencejo.testing.simulation;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// One thing that happens to a [World]: somebody does something, bytes arrive, the disk writes,
/// time passes. Immutable.
///
/// A command says what is done and not how it looks on the wire (Packet Identifiers, payloads and
/// repeats are the client's own business), so that it keeps its sense when others before it are
/// left out. [Phrases] are its words.
public sealed interface Command {
    /// As many bytes as there are.
    int ALL = Integer.MAX_VALUE;

    /// What a client does of itself.
    sealed interface OfClient extends Command {
        String client();
    }

    /// What happens on a link.
    sealed interface OfLink extends Command {
        String link();
    }

    // ---- clients
    // ------------------------------------------------------------------------------------

    /// Connects over a new link of this name.
    record Connects(String client, String link, Terms terms, Manner manner) implements OfClient {}

    /// What a client asks for in CONNECT, as this user; 0 is not announced, an empty name is
    /// nobody. Who is `enhanced` proves in steps who it is (section 4.12).
    record Terms(
            ProtocolVersion version,
            String userName,
            boolean enhanced,
            boolean cleanStart,
            long sessionExpiry,
            int receiveMaximum,
            int packetSize,
            int topicAliasMaximum,
            int keepAlive,
            @Nullable Testament will) {}

    /// A will.
    record Testament(TopicName topicName, QoS qos, boolean retain, int delay) {}

    /// How a link and who is on it behave: `lagging`, bytes and its end arrive when commands say
    /// so, else at once; `hesitating`, its client answers when commands say so, else at once;
    /// `slow`, its client reads when commands say so; `late`, it is let in when a command says so.
    record Manner(boolean lagging, boolean hesitating, boolean slow, boolean late) {
        static final Manner PROMPT = new Manner(false, false, false, false);
    }

    /// Publishes a new message; of `length` 0 is an empty one, an `expiry` below 0 is none, an
    /// `alias` of 0 is none.
    record Publishes(
            String client,
            TopicName topicName,
            QoS qos,
            int length,
            boolean retain,
            int expiry,
            int alias)
            implements OfClient {}

    record Subscribes(String client, List<Subscription> subscriptions, int identifier)
            implements OfClient {}

    record Unsubscribes(String client, TopicFilter topicFilter) implements OfClient {}

    record Pings(String client) implements OfClient {}

    /// Proves again who it is.
    record Proves(String client) implements OfClient {}

    record Disconnects(String client, boolean withWill) implements OfClient {}

    /// Its link breaks, and it knows at once.
    record Cuts(String client) implements OfClient {}

    /// Leaves its connection as it is, and does not look back.
    record TurnsAway(String client) implements OfClient {}

    /// Answers nothing any more.
    record Stalls(String client) implements OfClient {}

    record GoesOn(String client) implements OfClient {}

    /// Sends bytes that are its own idea.
    record Sends(String client, String hex) implements OfClient {}

    /// Sends the answers that it owes.
    record Answers(String client) implements OfClient {}

    // ---- links
    // --------------------------------------------------------------------------------------

    /// Bytes reach the server.
    record Arrives(String link, int bytes) implements OfLink {}

    /// A slow reader takes bytes from the server.
    record Reads(String link, int bytes) implements OfLink {}

    /// Bytes reach the client; one that is `refusing` answers a message in them with an error.
    record Comes(String link, int bytes, boolean refusing) implements OfLink {}

    /// The server sees the link end.
    record Breaks(String link) implements OfLink {}

    /// The client sees the link end.
    record Ends(String link) implements OfLink {}

    /// The authenticator's late answer.
    record IsWelcome(String link) implements OfLink {}

    // ---- the operator
    // ------------------------------------------------------------------------------------

    /// Ends the session of this client, whether it has one or not.
    record EndsSession(String client) implements Command {}

    // ---- disk, time, power
    // ------------------------------------------------------------------------------

    /// So many batches become durable.
    record DiskWrites(int batches) implements Command {}

    /// The disk takes nothing from now on; of the batches that wait so many reach it with the write
    /// that fails.
    record DiskFails(int reached) implements Command {}

    /// The disk has no room for anything new from now on.
    record DiskFills() implements Command {}

    /// It is in order again.
    record DiskHeals() implements Command {}

    /// So many reads of queues are answered.
    record DiskReads(int reads) implements Command {}

    /// The disk writes and reads when commands say so, and no longer at once.
    record DiskWaits() implements Command {}

    record DiskIsPrompt() implements Command {}

    record Passes(long nanos) implements Command {}

    /// So many calls that are due.
    record Due(int calls) implements Command {}

    /// What is due is done when commands say so, or when time passes, and no longer at once.
    record DueWaits() implements Command {}

    record DueIsPrompt() implements Command {}

    /// The power goes; so many of the batches that waited had been written. If none, as many of
    /// those that were written and not synced are gone as `forgotten` says.
    record PowerGoes(int survivors, int forgotten) implements Command {}

    record Stops() implements Command {}

    record Starts() implements Command {}
}
