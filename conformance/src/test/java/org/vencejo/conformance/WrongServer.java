package org.vencejo.conformance;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// A server that is wrong in one way, to show that scenarios can fail.
enum WrongServer implements Place {
    /// Says CONNACK and nothing more.
    SILENT,
    /// Closes every connection at once.
    CLOSING,
    /// Acknowledges everything and delivers nothing.
    ACKNOWLEDGING,
    /// Acknowledges everything and delivers it to everybody.
    DELIVERING;

    @Override
    public Set<Ability> abilities() {
        return EnumSet.allOf(Ability.class);
    }

    @Override
    public Wire wire(Setup setup) {
        return new WrongWire(this);
    }

    private static final class WrongWire implements Wire {
        private final WrongServer server;
        private final List<WrongLine> lines = new ArrayList<>();

        WrongWire(WrongServer server) {
            this.server = server;
        }

        @Override
        public Line open() {
            WrongLine line = new WrongLine(server, lines);
            lines.add(line);
            return line;
        }

        @Override
        public String unique() {
            return "nido";
        }

        @Override
        public void advance(Duration time) {}

        @Override
        public void restart(Duration after) {
            lines.clear();
        }

        @Override
        public void stop() {}

        @Override
        public void holdJournal(boolean held) {}

        @Override
        public void deny(Setup.Denial what, boolean denied) {}

        @Override
        public void close() {}
    }

    private static final class WrongLine implements Wire.Line {
        private final WrongServer server;
        private final List<WrongLine> all;
        private final PacketSplitter received = new PacketSplitter();
        private final ArrayDeque<byte[]> sent = new ArrayDeque<>();
        private boolean mqtt5;

        WrongLine(WrongServer server, List<WrongLine> all) {
            this.server = server;
            this.all = all;
        }

        @Override
        public void send(byte[] bytes) {
            received.add(bytes, bytes.length);
            for (byte[] it = received.next(); it != null; it = received.next()) {
                try {
                    answer(it);
                } catch (Mismatch malformed) {
                    return; // and never mind
                }
            }
        }

        private void answer(byte[] packet) {
            Cursor in = new Cursor(packet);
            int first = in.octet();
            in.variableByteInteger();
            int type = first >>> 4;
            if (type == 1) {
                in.string();
                mqtt5 = in.octet() == 5;
                say(0x20, mqtt5 ? new byte[] {0, 0, 0} : new byte[] {0, 0});
            } else if (server == SILENT) {
                return;
            } else if (type == 3) {
                publish(first, in);
            } else if (type == 6) {
                say(0x70, in.octets(2));
            } else if (type == 8 || type == 10) {
                subscribe(type, in);
            } else if (type == 12) {
                say(0xD0, new byte[0]);
            }
        }

        private void publish(int first, Cursor in) {
            byte[] topic = in.string();
            int qos = first >>> 1 & 3;
            if (qos > 0) {
                say(qos == 1 ? 0x40 : 0x50, in.octets(2));
            }
            if (mqtt5) {
                WireProperty.block(in);
            }
            byte[] payload = in.octets(in.left());
            for (WrongLine line : server == DELIVERING ? all : List.<WrongLine>of()) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.writeBytes(Octets.string(topic));
                out.writeBytes(line.mqtt5 ? new byte[1] : new byte[0]);
                out.writeBytes(payload);
                line.say(0x30, out.toByteArray());
            }
        }

        private void subscribe(int type, Cursor in) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(in.octets(2));
            if (mqtt5) {
                WireProperty.block(in);
                out.write(0);
            }
            while (!in.atEnd()) {
                in.string();
                if (type == 8) {
                    out.write(in.octet() & 3);
                } else if (mqtt5) {
                    out.write(0);
                }
            }
            say(type == 8 ? 0x90 : 0xB0, out.toByteArray());
        }

        private void say(int first, byte[] body) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(first);
            out.writeBytes(Octets.variableByteInteger(body.length));
            out.writeBytes(body);
            sent.add(out.toByteArray());
        }

        @Override
        public Wire.Heard next() {
            if (server == CLOSING) {
                return new Wire.Heard.Closed(new byte[0]);
            }
            byte[] packet = sent.poll();
            return packet == null ? new Wire.Heard.Silence() : new Wire.Heard.Packet(packet);
        }

        @Override
        public void reset() {
            all.remove(this);
        }

        @Override
        public void end() {
            all.remove(this);
        }
    }
}
