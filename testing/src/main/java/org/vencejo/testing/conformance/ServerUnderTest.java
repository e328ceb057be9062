package org.vencejo.testing.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Authenticator;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.conformance.Setup;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Event;
import org.vencejo.core.Peer;
import org.vencejo.core.Permissions;
import org.vencejo.core.ServerSettings;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What a [Setup] means for our own server, wherever it runs: settings, users, access rules; and
/// what it found to be its own fault. Thread-safe.
final class ServerUnderTest implements Authenticator {
    /// The unique name on a server that only one scenario uses.
    static final String UNIQUE = "nido";

    private final Setup setup;
    private final Set<Setup.Denial> denied = ConcurrentHashMap.newKeySet();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();

    ServerUnderTest(Setup setup) {
        this.setup = setup;
        denied.addAll(setup.denied());
    }

    /// The settings at a level of durability, with queues where that has them.
    ServerSettings settings(String durability) {
        List<String> assignments = new ArrayList<>(setup.assignments());
        assignments.add("durability=" + durability);
        Configuration.Request request =
                new Configuration.Request(null, Map.of(), assignments, null);
        return Configuration.read(request, new Machine(2, 1L << 30, 1_024, false))
                .broker()
                .server();
    }

    AccessRules accessRules() {
        return subject ->
                new Permissions() {
                    @Override
                    public boolean mayPublish(TopicName topicName, QoS qos, boolean retain) {
                        return allowed("publish", topicName.toString());
                    }

                    @Override
                    public boolean maySubscribe(TopicFilter topicFilter, QoS qos) {
                        return allowed("subscribe", topicFilter.toString());
                    }

                    @Override
                    public boolean mayReceive(TopicName topicName, QoS qos, boolean shared) {
                        return allowed("receive", topicName.toString());
                    }
                };
    }

    private boolean allowed(String action, String topic) {
        for (Setup.Denial denial : denied) {
            if (denial.action().equals(action)
                    && denial.topic().replace("~", UNIQUE).equals(topic)) {
                return false;
            }
        }
        return true;
    }

    /// From now on nobody may do this, or everybody may again.
    void deny(Setup.Denial what, boolean denies) {
        if (denies) {
            denied.add(what);
        } else {
            denied.remove(what);
        }
    }

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        // Who has somebody to ask is answered later, by another thread; others at once.
        return setup.users().isEmpty() && setup.answers().isEmpty() ? Work.NONE : Work.WAITS;
    }

    @Override
    public Authentication.@Nullable Outcome authenticate(
            Peer peer, Authentication.Request request) {
        if (request instanceof Authentication.Step it) {
            return answer(it.method(), it.data());
        }
        if (setup.users().isEmpty()) {
            return Authenticator.ANONYMOUS.authenticate(peer, request);
        }
        if (request instanceof Authentication.Credentials it && it.password() != null) {
            String password = setup.users().get(it.userName());
            if (password != null
                    && Arrays.equals(password.getBytes(StandardCharsets.UTF_8), it.password())) {
                return new Authentication.Accepted(new Identity(it.userName()), null);
            }
        }
        return new Authentication.Refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, Properties.NONE);
    }

    private Authentication.Outcome answer(String method, byte @Nullable [] data) {
        Authentication.Outcome other = Authenticator.BAD_METHOD;
        String given = data == null ? "" : new String(data, StandardCharsets.UTF_8);
        for (Setup.Answer answer : setup.answers()) {
            if (answer.method().equals(method)) {
                if (answer.data().equals(given)) {
                    return outcome(answer.verdict());
                }
                other = new Authentication.Refused(ReasonCode.NOT_AUTHORIZED, Properties.NONE);
            }
        }
        return other;
    }

    private static Authentication.Outcome outcome(Setup.Verdict verdict) {
        return switch (verdict) {
            case Setup.Verdict.Asks it ->
                    new Authentication.More(it.data().getBytes(StandardCharsets.UTF_8));
            case Setup.Verdict.Accepts it ->
                    new Authentication.Accepted(
                            new Identity(it.user()),
                            it.data().isEmpty()
                                    ? null
                                    : it.data().getBytes(StandardCharsets.UTF_8));
            case Setup.Verdict.Refuses it ->
                    new Authentication.Refused(
                            Objects.requireNonNull(ReasonCode.of(it.reasonCode())),
                            told(it.reasonCode(), it.told()));
        };
    }

    private static Properties told(int reasonCode, String text) {
        if (text.isEmpty()) {
            return Properties.NONE;
        }
        Properties told =
                Properties.NONE.with(Property.REASON_STRING, text).withUserProperty("why", text);
        return reasonCode == ReasonCode.USE_ANOTHER_SERVER.value()
                        || reasonCode == ReasonCode.SERVER_MOVED.value()
                ? told.with(Property.SERVER_REFERENCE, text)
                : told;
    }

    void note(Event event) {
        if (event instanceof Event.Fault fault) {
            faults.add(fault.cause());
        }
    }

    /// Whatever the answers were: an exception in the server is a failure.
    void requireNoFault() {
        if (!faults.isEmpty()) {
            throw new AssertionError("the server met a fault of its own", faults.getFirst());
        }
    }
}
