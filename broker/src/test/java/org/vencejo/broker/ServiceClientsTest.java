package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.identity.IdentityService;
import org.vencejo.broker.identity.ServiceSettings;
import org.vencejo.broker.identity.TokenSettings;
import org.vencejo.broker.identity.WebService;
import org.vencejo.broker.passwords.NameKeys;
import org.vencejo.core.Authentication;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.ReasonCode;

/// A broker that asks a service over HTTP who its clients are, over sockets.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class ServiceClientsTest {
    @TempDir private Path folder;
    private WebService service;
    private BrokerRig rig;

    @BeforeEach
    void start() throws IOException {
        service = new WebService();
        rig =
                BrokerRig.start(
                        folder,
                        "listeners=[{name: here, port: 0, allow-anonymous: true}]",
                        "authentication=[{type: http, http: {url: '%s', remembered-time: 1h}}]"
                                .formatted(service.url()));
    }

    @AfterEach
    void stop() {
        rig.close();
        service.close();
    }

    private static Connect connect(@Nullable String user) {
        return BrokerRig.connect(user, user == null ? null : "x");
    }

    private ReasonCode answer(@Nullable String user) throws IOException {
        return rig.answer(connect(user));
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
        assertThat(rig.broker().authentication().overdue()).isEqualTo(1);

        service.answers(
                200, "{\"allow\":true,\"rules\":[{\"allow\":\"publish\",\"topics\":\"own/%u\"}]}");
        for (int i = 0; i < 2; i++) { // asked, and remembered
            int before = service.asked().size();
            try (RawClient client = rig.client()) {
                assertThat(BrokerRig.answer(client, connect("ana"))).isEqualTo(ReasonCode.SUCCESS);
                assertThat(BrokerRig.mayPublish(client, "own/ana")).isTrue();
                assertThat(BrokerRig.mayPublish(client, "other")).isFalse();
            }
            assertThat(service.asked()).hasSize(before + 1 - i);
        }
        service.close();
        assertThat(answer("ana")).as("remembered").isEqualTo(ReasonCode.SUCCESS);
        assertThat(answer("bob")).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
    }

    /// What was remembered a moment ago may be forgotten when an event loop wants to use it.
    @Test
    void noEventLoopWaitsForTheService() throws IOException {
        service.answers(200, "{\"allow\":true}");
        IdentityService asked =
                IdentityService.open(
                        new ServiceSettings(
                                service.url(),
                                null,
                                null,
                                0,
                                0,
                                new TokenSettings.Limits(1_024, 1, 1)),
                        1_000_000_000,
                        new NameKeys(new SecureRandom()),
                        System::nanoTime,
                        (file, detail) -> {});
        Authentication.Outcome outcome =
                new ServiceAuthenticator(asked, System::currentTimeMillis)
                        .authenticate(
                                new Peer() {
                                    @Override
                                    public String remoteAddress() {
                                        return "192.0.2.1:5";
                                    }

                                    @Override
                                    public String listener() {
                                        return "here";
                                    }
                                },
                                new Authentication.Credentials("c", "ana", new byte[0]));
        asked.close();
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Authentication.Refused.class,
                        it -> assertThat(it.reasonCode()).isEqualTo(ReasonCode.SERVER_UNAVAILABLE));
        assertThat(service.asked()).isEmpty();
    }

    @Test
    void whatHoldsForATimeEndsTheConnection() throws IOException {
        service.answers(200, "{\"allow\":true,\"validFor\":0.001}");
        try (RawClient client = rig.client()) {
            assertThat(BrokerRig.answer(client, connect("ana"))).isEqualTo(ReasonCode.SUCCESS);
            assertThat(client.next()).isEqualTo(new Disconnect(ReasonCode.NOT_AUTHORIZED));
            assertThat(client.isClosed()).isTrue();
        }
    }
}
