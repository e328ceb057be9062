package org.vencejo.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What comes to a broker that is to be warm, beside clients: connections that say half of what
/// they have to say, slowly or something wrong, who are refused, and who leave at once. So the
/// first who do this in earnest meet compiled code, and no compiler beside them. Confined to its
/// thread, but for [#end].
final class TrainingStrangers {
    /// How long those who wait for the end of their connections do, all together.
    private static final long WAIT_MILLIS_MAX = 2_000;

    private static final String HOST = "127.0.0.1";
    private static final int WORDS_MAX = 4;

    private static final byte[] CONNECT = hex("1013 0004 4d515454 04 02 003c 0007 65787472616e6f");
    private static final byte[] CONNECT_5 =
            hex("1014 0004 4d515454 05 02 003c 00 0007 65787472616e6f");
    private static final byte[] HALF = hex("103c 0004 4d515454 04 02");
    private static final byte[] PUBLISHES = hex("3006 0001 61 6c6c61".repeat(16));
    private static final byte[] WRONG = hex("ff".repeat(8));
    private static final byte[] UPGRADE =
            """
            GET /mqtt HTTP/1.1\r
            Host: localhost\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            Sec-WebSocket-Protocol: mqtt\r
            \r
            """
                    .getBytes(StandardCharsets.US_ASCII);
    // The mask is zero.
    private static final byte[] CONNECT_IN_FRAME =
            hex("8295 00000000 1013 0004 4d515454 04 02 003c 0007 65787472616e6f");

    // TLS 1.3 and 1.2: three cipher suites; X25519, ECDSA and RSA, both versions, a key share.
    private static final byte[] CLIENT_HELLO =
            hex(
                    "16 0301 007e 01 00007a 0303"
                            + "ab".repeat(32)
                            + "00 0006 1301 c02b c02f 01 00 004b"
                            + "000a 0004 0002 001d 000d 0006 0004 0403 0804"
                            + "002b 0005 04 0304 0303 000b 0002 01 00"
                            + "0033 0026 0024 001d 0020 09"
                            + "00".repeat(31));

    private final List<Visit> visits = new ArrayList<>();
    private int came;
    private volatile boolean ended;

    /// Those of a broker that lets everybody in at its first port, and at the others nobody: by
    /// TCP, WebSocket, and TLS if there is a fourth.
    TrainingStrangers(int... ports) {
        int tcp = ports[1];
        int webSocket = ports[2];
        visits.add(new Visit(tcp, false, HALF));
        visits.add(new Visit(tcp, false, HALF, new byte[1], new byte[1], new byte[1]));
        visits.add(new Visit(tcp, false));
        visits.add(new Visit(tcp, true, WRONG));
        visits.add(new Visit(tcp, true, CONNECT));
        visits.add(new Visit(tcp, true, CONNECT_5));
        visits.add(new Visit(tcp, true, CONNECT, PUBLISHES));
        visits.add(new Visit(ports[0], false, CONNECT, PUBLISHES));
        visits.add(new Visit(webSocket, false, firstHalf(UPGRADE), new byte[1]));
        visits.add(new Visit(webSocket, true, UPGRADE, CONNECT_IN_FRAME));
        if (ports.length > 3) {
            visits.add(new Visit(ports[3], false, CLIENT_HELLO));
            visits.add(new Visit(ports[3], false, firstHalf(CLIENT_HELLO)));
            visits.add(new Visit(ports[3], true, CLIENT_HELLO, WRONG));
        }
    }

    /// How many have come.
    int came() {
        return came;
    }

    /// Somebody's words to a port, one after the other; who has an end coming waits for it, others
    /// are gone without it.
    private record Visit(int port, boolean toTheEnd, byte[]... words) {}

    /// Has them come again and again until [#end], or until nobody can: there may be no port left.
    void come() {
        while (!ended && comeOnce()) {}
    }

    /// Has [#come] end soon. Thread-safe.
    void end() {
        ended = true;
    }

    /// Has each come once, all together; returns whether one could.
    boolean comeOnce() {
        List<Guest> guests = new ArrayList<>();
        for (Visit visit : visits) {
            Guest guest = Guest.of(visit);
            if (guest != null) {
                guests.add(guest);
            }
        }
        came += guests.size();
        for (int turn = 0; turn < WORDS_MAX; turn++) {
            for (Guest guest : guests) {
                guest.say(turn);
            }
        }
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS_MAX);
        for (Guest guest : guests) {
            guest.leave(until);
        }
        return !guests.isEmpty();
    }

    /// One of them at the door.
    private record Guest(Visit visit, Socket socket) {
        static @Nullable Guest of(Visit visit) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(InetAddress.ofLiteral(HOST), visit.port));
                socket.setTcpNoDelay(true);
                return new Guest(visit, socket);
            } catch (IOException e) {
                cut(socket);
                return null;
            }
        }

        void say(int turn) {
            if (turn >= visit.words.length) {
                return;
            }
            try {
                socket.getOutputStream().write(visit.words[turn]);
            } catch (IOException e) {
                // It was cut, as some are.
            }
        }

        void leave(long untilNanos) {
            long millis = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
            if (visit.toTheEnd && millis > 0) {
                try {
                    socket.setSoTimeout((int) millis);
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // It was cut, or is not in time.
                }
            }
            cut(socket);
        }
    }

    // Without a word: each would keep its port for a minute else.
    private static void cut(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // It is gone.
        }
    }

    private static byte[] firstHalf(byte[] words) {
        return Arrays.copyOf(words, words.length / 2);
    }

    private static byte[] hex(String packet) {
        return HexFormat.of().parseHex(packet.replace(" ", ""));
    }
}
