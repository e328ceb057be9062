package org.vencejo.testing.simulation;

import java.util.List;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.Seeds;

/// The topics of a simulation and the filters that match them, by chance. Confined to one thread.
///
/// What groups share (`s/...`) no other filter matches, so that a copy through a group can be told
/// from one of its member's own.
final class Topics {
    private static final List<String> FILTERS = List.of("t/#", "t/+", "t/0", "t/1", "+/0", "+/+");

    private final Scenario.Mail mail;
    private final Seeds seeds;

    Topics(Scenario.Mail mail, Seeds seeds) {
        this.mail = mail;
        this.seeds = seeds;
    }

    /// A topic to publish to.
    TopicName name() {
        if (seeds.chance(mail.shared())) {
            return TopicName.of("s/g/" + seeds.below(2) + "/x");
        }
        if (seeds.chance(0.03)) {
            return TopicName.of(seeds.pick(List.of("secret/0", "$SYS/x", "forbidden/x")));
        }
        return TopicName.of("t/" + seeds.below(mail.topics()));
    }

    /// The topic of a will.
    TopicName will() {
        return TopicName.of("t/" + seeds.below(mail.topics()));
    }

    /// A subscription with options of `version`.
    Subscription subscription(ProtocolVersion version) {
        boolean shared = seeds.chance(mail.shared());
        String filter =
                shared ? "$share/g%1$d/s/g/%1$d/+".formatted(seeds.below(2)) : seeds.pick(FILTERS);
        boolean withOptions = version.isMqtt5();
        return new Subscription(
                TopicFilter.of(filter),
                seeds.pick(
                        List.of(
                                QoS.AT_MOST_ONCE,
                                QoS.AT_LEAST_ONCE,
                                QoS.EXACTLY_ONCE,
                                QoS.EXACTLY_ONCE)),
                withOptions && !shared && seeds.chance(0.2),
                withOptions && seeds.chance(0.3),
                withOptions
                        ? seeds.pick(List.of(RetainHandling.values()))
                        : RetainHandling.SEND_AT_SUBSCRIBE);
    }
}
