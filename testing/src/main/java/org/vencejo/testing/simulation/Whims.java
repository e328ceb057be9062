package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.simulation.Scenario.Act;
import org.vencejo.testing.simulation.Scenario.Mail;
import org.vencejo.testing.simulation.Scenario.Population;

/// What a client does when it is its turn, by chance. Confined to one thread.
final class Whims {
    private static final double LATE_AUTHENTICATIONS = 0.15;

    private final Scenario scenario;
    private final SimulatedClient client;
    private final String name;
    private final Seeds seeds;
    private final Topics topics;
    private final ProtocolVersion version;
    private int links;

    Whims(Scenario scenario, SimulatedClient client, String name, Seeds seeds) {
        this.scenario = scenario;
        this.client = client;
        this.name = name;
        this.seeds = seeds;
        this.topics = new Topics(scenario.mail(), seeds);
        this.version = seeds.pick(population().versions());
    }

    private Population population() {
        return scenario.population();
    }

    /// What it does now, or what is done to it.
    List<Command> turn() {
        if (scenario.operator() > 0 && seeds.chance(scenario.operator())) {
            return List.of(new Command.EndsSession(name));
        }
        if (!client.hasLink()) {
            return seeds.chance(0.4) ? List.of(connects()) : List.of();
        }
        if (client.isConnected()) {
            return does(pickAct());
        }
        return seeds.chance(0.03) ? List.of(new Command.Cuts(name)) : List.of();
    }

    private Act pickAct() {
        int sum = population().acts().values().stream().mapToInt(w -> w).sum();
        int drawn = seeds.below(sum);
        for (Act act : Act.values()) {
            drawn -= population().acts().getOrDefault(act, 0);
            if (drawn < 0) {
                return act;
            }
        }
        return Act.NOTHING;
    }

    private List<Command> does(Act act) {
        return switch (act) {
            case PUBLISH -> List.of(publishes());
            case SUBSCRIBE -> List.of(subscribes());
            case UNSUBSCRIBE -> unsubscribes();
            case DISCONNECT -> List.of(new Command.Disconnects(name, seeds.chance(0.3)));
            case CUT -> List.of(new Command.Cuts(name));
            case TAKE_OVER -> List.of(new Command.TurnsAway(name), connects());
            case PING ->
                    List.of(
                            scenario.door().enhanced() > 0 && seeds.chance(0.5)
                                    ? new Command.Proves(name)
                                    : new Command.Pings(name));
            case STALL ->
                    List.of(
                            client.isStalled()
                                    ? new Command.GoesOn(name)
                                    : new Command.Stalls(name));
            case RUDE ->
                    List.of(
                            new Command.Sends(
                                    name,
                                    HexFormat.of().formatHex(Rudeness.bytes(seeds, version))));
            case NOTHING -> List.of();
        };
    }

    private Command connects() {
        boolean clean = seeds.chance(population().cleanStarts());
        long expiry = seeds.pick(population().sessionExpiries());
        boolean five = version.isMqtt5();
        int window = five ? seeds.pick(population().receiveMaxima()) : 0;
        return new Command.Connects(
                name,
                name + "." + ++links,
                new Command.Terms(
                        version,
                        seeds.pick(scenario.door().userNames()),
                        five && seeds.chance(scenario.door().enhanced()),
                        five ? clean : expiry == 0,
                        five ? expiry : 0,
                        window == 65_535 ? 0 : window,
                        five ? seeds.pick(population().packetSizes()) : 0,
                        five ? seeds.pick(population().topicAliasMaxima()) : 0,
                        seeds.pick(population().keepAlives()),
                        seeds.chance(population().wills()) ? will() : null),
                new Command.Manner(
                        true,
                        true,
                        seeds.chance(scenario.weather().slowReaders()),
                        seeds.chance(LATE_AUTHENTICATIONS)));
    }

    private Command.@Nullable Testament will() {
        return new Command.Testament(
                topics.will(),
                seeds.pick(mail().levels()),
                seeds.chance(mail().retained()),
                version.isMqtt5() ? seeds.pick(population().willDelays()) : 0);
    }

    private Mail mail() {
        return scenario.mail();
    }

    private Command publishes() {
        boolean retain = seeds.chance(mail().retained());
        boolean clears = retain && seeds.chance(mail().cleared());
        boolean five = version.isMqtt5();
        return new Command.Publishes(
                name,
                topics.name(),
                seeds.pick(mail().levels()),
                clears ? 0 : seeds.pick(mail().lengths()),
                retain,
                five && seeds.chance(mail().expiring()) ? seeds.pick(List.of(0, 1, 2, 10, 60)) : -1,
                five && seeds.chance(0.5) ? 1 + seeds.below(3) : 0);
    }

    private Command subscribes() {
        List<Subscription> all = new ArrayList<>();
        int count = 1 + seeds.below(2);
        for (int i = 0; i < count; i++) {
            all.add(topics.subscription(version));
        }
        return new Command.Subscribes(
                name, all, version.isMqtt5() && seeds.chance(0.5) ? 1 + seeds.below(200) : 0);
    }

    private List<Command> unsubscribes() {
        List<TopicFilter> all = List.copyOf(client.subscribed());
        return all.isEmpty() ? List.of() : List.of(new Command.Unsubscribes(name, seeds.pick(all)));
    }
}
