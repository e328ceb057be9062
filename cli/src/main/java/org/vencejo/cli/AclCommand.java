package org.vencejo.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Visible;
import org.vencejo.broker.access.AddressRange;
import org.vencejo.broker.access.Decision;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.broker.config.Machine;
import org.vencejo.core.AccessRules;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.ClientCertificate;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `vencejo acl`: what access rules say.
@Command(
        name = "acl",
        description = {"Ask access rules what they allow, and what a change of them would.", ""},
        subcommands = {AclCommand.Explain.class, AclCheckCommand.class},
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class AclCommand implements Runnable {
    private static final int DENIED = 1;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: explain or check");
    }

    /// What is asked about.
    enum What {
        PUBLISH,
        SUBSCRIBE,
        RECEIVE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The words of [What].
    static final class WhatFlag implements ITypeConverter<What> {
        @Override
        public What convert(String value) {
            for (What what : What.values()) {
                if (what.toString().equals(value)) {
                    return what;
                }
            }
            throw new TypeConversionException(
                    "expected publish, subscribe or receive, given was " + value);
        }
    }

    /// `vencejo acl explain`.
    @Command(
            name = "explain",
            description = {
                "Say whether a client may do something, and which rule decides.",
                "",
                "The rules are those of the file that the key access-rules of the configuration names.",
                ""
            },
            footer = {
                "",
                "Exit codes: 0 allowed, 1 denied, 64 wrong use, 78 mistakes in the configuration."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class Explain implements Callable<Integer> {
        @Parameters(
                index = "0",
                paramLabel = "WHAT",
                converter = WhatFlag.class,
                description = "publish, subscribe or receive.")
        private What what = What.PUBLISH;

        @Parameters(
                index = "1",
                paramLabel = "TOPIC",
                description = "A Topic Name, or the Topic Filter to subscribe to.")
        private String topic = "";

        @Option(names = "--client", paramLabel = "ID", description = "The Client Identifier.")
        private String client = "";

        @Option(
                names = "--user",
                paramLabel = "NAME",
                description = "The user name; without it, a client that has none.")
        private @Nullable String user;

        @Option(
                names = "--listener",
                paramLabel = "NAME",
                description =
                        "The listener that the client comes through. Without it, rules for listeners are"
                                + " taken to fit if they allow, and not if they deny.")
        private @Nullable String listener;

        @Option(
                names = "--address",
                paramLabel = "IP",
                description =
                        "The address that the client comes from. Without it, rules for addresses are taken"
                                + " to fit if they allow, and not if they deny.")
        private @Nullable String address;

        @Option(
                names = "--group",
                paramLabel = "NAME",
                description = "A group that the client is in; as often as needed.")
        private List<String> groups = new ArrayList<>();

        @Option(
                names = "--certificate",
                paramLabel = "NAME",
                description =
                        "The subject of the certificate that the client shows, CN=..., or one of its"
                                + " other names, such as DNS:...; as often as needed.")
        private List<String> certificate = new ArrayList<>();

        @Option(
                names = {"-q", "--qos"},
                paramLabel = "QOS",
                converter = QoSFlag.class,
                description = "The QoS of the message or subscription. Default: 0.")
        private QoS qos = QoS.AT_MOST_ONCE;

        @Option(names = "--retain", description = "With publish: a message with RETAIN.")
        private boolean retain;

        @Option(
                names = "--shared",
                description = "With receive: a message that comes by a shared subscription.")
        private boolean shared;

        @Mixin private final ConfigurationOptions options = new ConfigurationOptions();

        @Spec private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            checkFlags();
            AccessRules rules;
            try {
                rules =
                        Configuration.read(options.request(), Machine.here())
                                .broker()
                                .accessRules();
            } catch (ConfigurationException e) {
                return ConfigurationOptions.tell(e);
            }
            Subject subject = subject();
            Decision decision = decide(rules, subject);
            System.out.println(
                    (decision.allowed() ? "allowed: " : "denied: ")
                            + Visible.text(decision.because()));
            remark(rules, subject, decision);
            return decision.allowed() ? 0 : DENIED;
        }

        private void checkFlags() {
            if (address != null && (address.contains("/") || AddressRange.of(address) == null)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "expected an IP address behind --address, given was " + address);
            }
            if (retain && what != What.PUBLISH) {
                throw new ParameterException(spec.commandLine(), "--retain goes with publish");
            }
            if (shared && what != What.RECEIVE) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--shared goes with receive; who subscribes says so by $share/...");
            }
        }

        private Subject subject() {
            return new Subject(
                    client,
                    new Identity(user, Set.copyOf(groups), null),
                    listener,
                    address == null ? null : address + ":0",
                    shown());
        }

        /// What the decision alone would not tell.
        private void remark(AccessRules rules, Subject subject, Decision decision) {
            if (decision.passedOver() != null) {
                System.err.println("vencejo: passed over: " + Visible.text(decision.passedOver()));
            }
            for (String key : Decision.leftOpen(rules, subject)) {
                System.err.printf(
                        "vencejo: without %s, rules with %s are taken to fit if they allow, and not if"
                                + " they deny%n",
                        key.equals("listeners") ? "--listener" : "--address", key);
            }
            if (what == What.SUBSCRIBE && decision.allowed()) {
                Decision whole = Decision.ofWholeSubscribe(rules, subject, filter(), qos);
                if (!whole.allowed()) {
                    System.err.println(
                            "vencejo: it is granted, and what of it may not be received is held back: "
                                    + Visible.text(whole.because()));
                }
            }
        }

        private Decision decide(AccessRules rules, Subject subject) {
            try {
                return switch (what) {
                    case PUBLISH ->
                            Decision.ofPublish(rules, subject, TopicName.of(topic), qos, retain);
                    case SUBSCRIBE -> Decision.ofSubscribe(rules, subject, filter(), qos);
                    case RECEIVE ->
                            Decision.ofReceive(rules, subject, TopicName.of(topic), qos, shared);
                };
            } catch (ProtocolViolation e) {
                throw new ParameterException(spec.commandLine(), e.getMessage(), e);
            }
        }

        private @Nullable ClientCertificate shown() {
            return certificate.isEmpty()
                    ? null
                    : new ClientCertificate("", certificate, "", "", Long.MAX_VALUE);
        }

        private TopicFilter filter() {
            TopicFilter filter = TopicFilter.of(topic);
            if (!filter.isValid()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "'" + topic + "' is no Topic Filter: " + filter.fault());
            }
            return filter;
        }
    }
}
