package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ReasonCode;

/// What a listener has for itself: the versions that are spoken there, and how many connections it
/// takes.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class ListenersOfTheirOwnTest {
    @TempDir private Path folder;

    private Broker start(String listeners) {
        return BrokerRig.start(folder, "listeners=" + listeners).broker();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[5.0]             | 1/1/0",
                "[3.1.1, '5.0']    | 1/0/0",
                "[3.1, 3.1.1]      | 0/0/84",
                "[]                | 0/0/0",
            })
    void clientsOfOtherVersionsAreToldSo(String versions, String codes) throws IOException {
        try (Broker broker = start("[{port: 0, versions: %s}]".formatted(versions))) {
            String answers = "";
            for (ProtocolVersion version : ProtocolVersion.values()) {
                answers += "/" + Integer.toHexString(code(broker.addresses().getFirst(), version));
            }
            assertThat(answers).isEqualTo("/" + codes);
        }
    }

    @Test
    void aListenerTakesSoManyAndAnotherOneWhenOneIsGone() throws IOException {
        try (Broker broker =
                start("[{name: few, port: 0, connections-max: 2}, {name: many, port: 0}]")) {
            InetSocketAddress few = broker.addresses().getFirst();
            try (RawClient _ = RawClient.connected(few, "a");
                    RawClient _ = RawClient.connected(broker.addresses().getLast(), "b")) {
                try (RawClient _ = RawClient.connected(few, "c");
                        RawClient third = new RawClient(few)) {
                    third.send(RawClient.connect("third"));
                    assertThat(Asked.answer(third)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
                }
                // When the broker has seen that one is gone, there is a place.
                while (!isLetIn(few)) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private static boolean isLetIn(InetSocketAddress address) throws IOException {
        try (RawClient client = new RawClient(address)) {
            client.send(RawClient.connect("d"));
            return client.next() instanceof Connack it && it.reasonCode() == ReasonCode.SUCCESS;
        } catch (IOException closedWithoutAWord) {
            return false;
        }
    }

    @Test
    void whatIsNoVersionIsTold() {
        assertThatThrownBy(() -> start("[{port: 0, versions: [4]}]"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("listeners[0].versions: given '4'; allowed: 3.1, 3.1.1, 5.0");
    }

    private static int code(InetSocketAddress address, ProtocolVersion version) throws IOException {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(
                new Connect(version, "c", true, 0, null, null, null, Properties.NONE),
                version,
                out);
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(out.array(), 0, out.readableBytes());
            byte[] connack = socket.getInputStream().readNBytes(4);
            assertThat(connack).startsWith(0x20);
            return connack[3] & 0xFF;
        }
    }
}
