package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.broker.identity.WebService;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// A broker that asks a service over HTTP who its clients are, over sockets.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class ServiceClientsTest {
    @TempDir private Path folder;
    private WebService service;
    private Broker broker;

    @BeforeEach
    void start() throws IOException {
        service = new WebService();
        broker =
                Broker.start(
                        new Broker.Setup(
                                new Configuration.Request(
                                        null,
                                        Map.of(),
                                        List.of(
                                                "data-folder=" + folder.resolve("data"),
                                                "durability=memory",
                                                "sys-interval=0",
                                                "limits.authentication-delay-max=0",
                                                "limits.authentication-timeout=20s",
                                                "listeners=[{name: here, port: 0, allow-anonymous: true}]",
                                                "authentication=[{type: http, http: {url: '%s', remembered-time: 1h}}]"
                                                        .formatted(service.url())),
                                        null),
                                Machine.here(),
                                "test",
                                System.nanoTime(),
                                level -> {}));
    }

    @AfterEach
    void stop() {
        broker.close();
        service.close();
    }

    private RawClient client(@Nullable String user) throws IOException {
        RawClient client = new RawClient(broker.addresses().getFirst());
        client.send(
                new Connect(
                        ProtocolVersion.MQTT_5,
                        "c",
                        true,
                        0,
                        null,
                        user,
                        user == null ? null : "x".getBytes(StandardCharsets.UTF_8),
                        Properties.NONE));
        return client;
    }

    private ReasonCode answer(@Nullable String user) throws IOException {
        try (RawClient client = client(user)) {
            return ((Connack) client.next()).reasonCode();
        }
    }

    @Test
    void whatTheServiceSaysIsDone() throws IOException {
        service.answers(200, "{\"allow\":false}");
        assertThat(answer("ana")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(null)).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        service.answers(204, "");
        assertThat(answer("ana")).isEqualTo(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(null)).as("nobody is allowed here").isEqualTo(ReasonCode.SUCCESS);
        service.answers(500, "");
        assertThat(answer("ana")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
        assertThat(broker.authentication().overdue()).isEqualTo(1);

        service.answers(
                200, "{\"allow\":true,\"rules\":[{\"allow\":\"publish\",\"topics\":\"own/%u\"}]}");
        for (int i = 0; i < 2; i++) { // asked, and remembered
            int before = service.asked().size();
            try (RawClient client = client("ana")) {
                assertThat(((Connack) client.next()).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
                assertThat(publish(client, "own/ana")).isNotEqualTo(ReasonCode.NOT_AUTHORIZED);
                assertThat(publish(client, "other")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
            }
            assertThat(service.asked()).hasSize(before + 1 - i);
        }
        service.close();
        assertThat(answer("ana")).as("remembered").isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer("bob")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
    }

    private static ReasonCode publish(RawClient client, String topic) throws IOException {
        client.send(RawClient.message(topic, new byte[0], QoS.AT_LEAST_ONCE, 1));
        return ((Puback) client.next()).reasonCode();
    }

    @Test
    void whatHoldsForATimeEndsTheConnection() throws IOException {
        service.answers(200, "{\"allow\":true,\"validFor\":0.001}");
        try (RawClient client = client("ana")) {
            assertThat(((Connack) client.next()).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(client.next()).isEqualTo(new Disconnect(ReasonCode.NOT_AUTHORIZED));
            assertThat(client.isClosed()).isTrue();
        }
    }
}
