package org.vencejo.testing.disk;

import java.io.IOException;
import java.util.List;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolVersion;

/// A client with a session that is kept, over as many connections as the broker has lives. What it
/// remembers belongs to the thread that reads its connection; to the test's when that has ended.
abstract class LoadClient {
    final String name;
    final ProtocolVersion version;
    private SocketClient connection;
    private Thread reading;
    private Throwable failure;
    private boolean hasSession;

    LoadClient(String name, ProtocolVersion version) {
        this.name = name;
        this.version = version;
    }

    /// Connects and resumes, and reads until the connection ends. What it was promised and does not
    /// find goes to `lost`.
    final void start(BrokerOnDisk broker, List<String> lost) throws IOException {
        connection = broker.client(version);
        boolean present = connection.connect(SocketClient.kept(version, name));
        if (hasSession && !present) {
            lost.add("the session of " + name);
        }
        hasSession = true;
        resume(present);
        reading = Thread.ofPlatform().name(name).start(this::read);
    }

    private void read() {
        try {
            for (Packet it = connection.nextOrNull(); it != null; it = connection.nextOrNull()) {
                if (it instanceof Disconnect) { // a stop is polite, and waits
                    connection.close();
                    return;
                }
                heard(it);
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
    }

    /// Waits until all was read that the broker said before its connection ended.
    final void join() throws InterruptedException {
        reading.join();
        if (failure != null) {
            throw new AssertionError(name + " failed", failure);
        }
    }

    final void send(Packet... packets) {
        try {
            connection.send(packets);
        } catch (IOException gone) {
            // Nobody was promised anything; what was said before is still read.
        }
    }

    /// Cuts the connection.
    final void leave() throws IOException, InterruptedException {
        connection.cut();
        join();
    }

    /// Sends what is to be sent again.
    abstract void resume(boolean sessionPresent);

    abstract void heard(Packet packet);
}
