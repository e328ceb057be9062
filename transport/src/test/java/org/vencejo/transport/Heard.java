package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A handler that does what a test says with what comes, and lets the test wait for events.
final class Heard implements ConnectionHandler {
    private static final long PATIENCE_SECONDS = 30;

    final CompletableFuture<SocketConnection> opened = new CompletableFuture<>();
    final CompletableFuture<String> closed = new CompletableFuture<>();
    final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();

    /// Hears who did not pass the door, and why.
    Consumer<String> turnedAway = reason -> {};

    /// Answers why the client of a proxy may not come in.
    Function<ProxyHeader, @Nullable String> introduced = header -> null;

    /// Whether it wants to be asked later, by another task of its loop, about what it has not read.
    boolean putsOff;

    private final BiConsumer<SocketConnection, ByteBuf> reader;

    Heard(BiConsumer<SocketConnection, ByteBuf> reader) {
        this.reader = reader;
    }

    /// Takes everything and does nothing.
    static Heard deaf() {
        return new Heard((connection, bytes) -> bytes.skipBytes(bytes.readableBytes()));
    }

    static Heard echo() {
        return new Heard((connection, bytes) -> {
            int length = bytes.readableBytes();
            connection.backlog().add(length);
            connection.out(length).writeBytes(bytes);
        });
    }

    /// The connection, once it is open.
    SocketConnection connection() throws Exception {
        return opened.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// Why it was closed, once it was.
    String reason() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    String nextEvent() throws InterruptedException {
        String event = events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return event == null ? "nothing" : event;
    }

    /// Does `action` on the connection's loop.
    void on(Consumer<SocketConnection> action) throws Exception {
        SocketConnection connection = connection();
        connection.loop().execute(() -> action.accept(connection));
    }

    @Override
    public void opened(SocketConnection connection) {
        opened.complete(connection);
    }

    @Override
    public @Nullable String introduced(ProxyHeader header) {
        return introduced.apply(header);
    }

    @Override
    public int received(ByteBuf bytes) {
        SocketConnection connection = opened.join();
        reader.accept(connection, bytes);
        if (putsOff && bytes.isReadable()) {
            connection.loop().execute(connection::goOn);
            return LATER;
        }
        return 1;
    }

    @Override
    public void writable() {
        events.add("writable");
    }

    @Override
    public void failed(Throwable fault) {
        events.add(fault.toString());
    }

    @Override
    public void closed(String reason) {
        closed.complete(reason);
    }

    @Override
    public void turnedAway(Door.Step step, String reason) {
        turnedAway.accept(step + ": " + reason);
    }
}
