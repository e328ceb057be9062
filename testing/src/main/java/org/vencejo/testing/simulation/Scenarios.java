package org.vencejo.testing.simulation;

import static org.vencejo.testing.simulation.Scenario.ALL_VERSIONS;
import static org.vencejo.testing.simulation.Scenario.LETTERS;
import static org.vencejo.testing.simulation.Scenario.PEOPLE;
import static org.vencejo.testing.simulation.Scenario.acts;

import java.util.List;
import org.vencejo.core.Limits;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.ServerSettings.QueueFullPolicy;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.testing.simulation.Scenario.Mail;
import org.vencejo.testing.simulation.Scenario.Population;
import org.vencejo.testing.simulation.Scenario.Weather;

/// The scenarios of chance. Stateless.
public final class Scenarios {
    private static final ServerSettings PLAIN = ServerSettings.DEFAULTS;

    /// Everything small, so that limits are met all the time.
    private static final ServerSettings TIGHT =
            new Tuned()
                    .receiveMaximum(3)
                    .window(3)
                    .aliasesSent(2)
                    .routesCached(3)
                    .slice(2)
                    .outBuffer(400, 100)
                    .settings();

    private static final List<QoS> ALL_LEVELS = List.of(QoS.values());
    private static final List<QoS> ONLY_QOS_1 = List.of(QoS.AT_LEAST_ONCE);
    private static final List<QoS> ONLY_QOS_2 = List.of(QoS.EXACTLY_ONCE);

    private static final Mail RETAINED = new Mail(4, ALL_LEVELS, List.of(20), 0.5, 0.3, 0, 0);
    private static final Mail EXPIRING = new Mail(3, ALL_LEVELS, List.of(20), 0.3, 0.2, 0.5, 0);
    private static final Mail SHARED = new Mail(2, ALL_LEVELS, List.of(20), 0, 0, 0, 0.8);
    private static final Mail TWICE_PERHAPS = new Mail(2, ONLY_QOS_1, List.of(20), 0, 0, 0, 0.2);
    private static final Mail TWICE_NEVER = new Mail(2, ONLY_QOS_2, List.of(20), 0, 0, 0, 0);
    private static final Mail BULKY =
            new Mail(4, ALL_LEVELS, List.of(20, 200, 5_000), 0.2, 0.1, 0, 0.1);
    private static final Mail ALL_KINDS =
            new Mail(5, ALL_LEVELS, List.of(20, 20, 200), 0.2, 0.2, 0.15, 0.2);

    /// About as large as [#MOUTHS_OF_EVERY_SIZE] take.
    private static final Mail MOUTHFULS =
            new Mail(3, ALL_LEVELS, List.of(28, 30, 32, 34, 36, 38, 40, 42), 0.1, 0.1, 0.1, 0.1);

    private static final Mail EVERYTHING =
            new Mail(4, ALL_LEVELS, List.of(20, 200, 5_000), 0.2, 0.2, 0.15, 0.2);

    /// Who misses the CONNACK that says that its session is new, as only the server ended it,
    /// cannot know that a QoS 2 exchange was forgotten.
    private static final Mail UP_TO_QOS_1 =
            new Mail(4, List.of(QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE), List.of(20, 60), 0, 0, 0, 0);

    private static final Mail FEW_TOPICS = new Mail(1, ALL_LEVELS, List.of(20, 60), 0, 0, 0, 0);

    /// Kept sessions, that come and go.
    private static final Population COMMUTERS =
            new Population(
                    5,
                    ALL_VERSIONS,
                    List.of(Limits.NEVER_SECONDS),
                    List.of(1, 2, 5),
                    List.of(0),
                    List.of(0, 3),
                    List.of(0),
                    0.02,
                    0,
                    List.of(0),
                    acts(12, 3, 1, 2, 4, 2, 1, 2, 0, 1));

    /// The same without 3.1, which cannot tell a client that its session has ended.
    private static final Population COMMUTERS_WHO_KNOW =
            new Population(
                    5,
                    List.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5),
                    List.of(Limits.NEVER_SECONDS),
                    List.of(1, 2, 5),
                    List.of(0),
                    List.of(0, 3),
                    List.of(0),
                    0.02,
                    0,
                    List.of(0),
                    acts(12, 3, 1, 2, 4, 2, 1, 2, 0, 1));

    private static final Population OF_SHORT_LIFE =
            new Population(
                    6,
                    List.of(ProtocolVersion.MQTT_5),
                    List.of(0L, 1L, 2L, 3L),
                    List.of(2, 65_535),
                    List.of(0),
                    List.of(0),
                    List.of(0, 1),
                    0.2,
                    0.7,
                    List.of(0, 0, 5, 7),
                    acts(6, 3, 1, 2, 4, 3, 1, 1, 0, 6));

    private static final Population SMALL_MOUTHS =
            new Population(
                    5,
                    List.of(ProtocolVersion.MQTT_5),
                    List.of(0L, 60L, Limits.NEVER_SECONDS),
                    List.of(1, 3),
                    List.of(0, 60, 120, 300),
                    List.of(0, 1, 5),
                    List.of(0),
                    0.1,
                    0,
                    List.of(0),
                    acts(12, 3, 1, 1, 2, 1, 1, 1, 0, 1));

    private static final Population MOUTHS_OF_EVERY_SIZE =
            new Population(
                    5,
                    List.of(ProtocolVersion.MQTT_5),
                    List.of(60L, Limits.NEVER_SECONDS),
                    List.of(1, 2),
                    List.of(44, 46, 48, 50, 52),
                    List.of(0, 2),
                    List.of(0),
                    0.1,
                    0,
                    List.of(0),
                    acts(16, 4, 1, 1, 1, 1, 1, 1, 0, 1));

    private static final Population WHO_KEEP_NOTHING =
            new Population(
                    4,
                    List.of(ProtocolVersion.MQTT_3_1_1, ProtocolVersion.MQTT_5),
                    List.of(0L),
                    List.of(5, 65_535),
                    List.of(0),
                    List.of(0),
                    List.of(0),
                    0.1,
                    0,
                    List.of(0),
                    acts(20, 3, 1, 0, 0, 1, 1, 1, 0, 4));

    private static final Population RUDE_ONES =
            new Population(
                    6,
                    ALL_VERSIONS,
                    List.of(0L, 60L, Limits.NEVER_SECONDS),
                    List.of(1, 5),
                    List.of(0),
                    List.of(0, 3),
                    List.of(0, 5),
                    0.1,
                    0.3,
                    List.of(0, 2),
                    acts(8, 3, 1, 1, 1, 2, 1, 1, 3, 1));

    private static final Population EVERYBODY =
            new Population(
                    8,
                    ALL_VERSIONS,
                    List.of(0L, 2L, 60L, Limits.NEVER_SECONDS),
                    List.of(1, 3, 65_535),
                    List.of(0, 0, 120),
                    List.of(0, 2),
                    List.of(0, 2, 20),
                    0.1,
                    0.3,
                    List.of(0, 3),
                    acts(10, 3, 1, 1, 2, 2, 1, 2, 1, 2));

    private static final Population SILENT_ONES =
            new Population(
                    5,
                    ALL_VERSIONS,
                    List.of(0L, 60L),
                    List.of(5),
                    List.of(0),
                    List.of(0),
                    List.of(1, 2, 0),
                    0.1,
                    0.5,
                    List.of(0, 4),
                    acts(1, 1, 0, 0, 0, 1, 1, 0, 0, 60));

    private static final Population OF_3_1 =
            new Population(
                    4,
                    List.of(ProtocolVersion.MQTT_3_1, ProtocolVersion.MQTT_3_1_1),
                    List.of(0L, Limits.NEVER_SECONDS),
                    List.of(1),
                    List.of(0),
                    List.of(0),
                    List.of(0),
                    0.1,
                    0,
                    List.of(0),
                    acts(6, 3, 1, 1, 1, 1, 1, 6, 0, 20));

    private static final Weather FAIR_ENOUGH = new Weather(10, 0.1, 0, 20, 0, 0.002, 0, 0.1);
    private static final Weather SLOW = new Weather(10, 0.3, 0.7, 20, 0, 0, 0, 0.2);
    private static final Weather SLOWER = new Weather(2, 0, 1, 5, 0, 0, 0, 0);
    private static final Weather BLACKOUTS = new Weather(20, 0.2, 0, 120, 0.05, 0.015, 0, 0.5);
    private static final Weather UPDATES = new Weather(20, 0.2, 0.1, 40, 0, 0, 0.01, 0.2);
    private static final Weather FORGETFUL = new Weather(10, 0.2, 0, 5, 0, 0.02, 0, 0);
    private static final Weather BAD_DISK = Weather.LATE_DISK.withDiskTroubles(0.008);
    private static final Weather BAD_DISK_IN_A_STORM = Weather.STORM.withDiskTroubles(0.008);
    private static final Weather CRUMBS = new Weather(2, 1, 0, 10, 0, 0, 0, 0.1);

    /// At so many of a client's turns an operator ends its session.
    private static final double OPERATOR = 0.03;

    private static final List<Scenario> ALL =
            List.of(
                    of("fair weather", PEOPLE, LETTERS, Weather.FAIR, PLAIN),
                    of("late disk", PEOPLE, LETTERS, Weather.LATE_DISK, PLAIN),
                    of("storm", PEOPLE, LETTERS, Weather.STORM, PLAIN),
                    of("crumbs of bytes", PEOPLE, ALL_KINDS, Weather.FAIR, PLAIN),
                    of("byte by byte", PEOPLE, ALL_KINDS, CRUMBS, TIGHT),
                    of("commuters", COMMUTERS, LETTERS, Weather.LATE_DISK, PLAIN),
                    of("commuters in a storm", COMMUTERS, ALL_KINDS, Weather.STORM, PLAIN),
                    of("exactly once over blackouts", COMMUTERS, TWICE_NEVER, BLACKOUTS, PLAIN),
                    of("exactly once in slices", COMMUTERS, TWICE_NEVER, BLACKOUTS, TIGHT),
                    of("retained", PEOPLE, RETAINED, Weather.LATE_DISK, PLAIN),
                    of("retained over blackouts", COMMUTERS, RETAINED, BLACKOUTS, PLAIN),
                    of("retained in slices", PEOPLE, RETAINED, SLOW, TIGHT),
                    of("short lives and wills", OF_SHORT_LIFE, LETTERS, Weather.LATE_DISK, PLAIN),
                    of("wills over blackouts", OF_SHORT_LIFE, RETAINED, Weather.STORM, PLAIN),
                    of("messages that expire", COMMUTERS, EXPIRING, Weather.STORM, PLAIN),
                    of("shared", PEOPLE, SHARED, Weather.LATE_DISK, PLAIN),
                    of("shared in a storm", COMMUTERS, SHARED, Weather.STORM, TIGHT),
                    of("shared and short-lived", OF_SHORT_LIFE, SHARED, Weather.FAIR, TIGHT),
                    of("small mouths", SMALL_MOUTHS, BULKY, Weather.STORM, PLAIN),
                    of("slow readers", PEOPLE, BULKY, SLOW, TIGHT),
                    of("rude clients", RUDE_ONES, ALL_KINDS, Weather.LATE_DISK, PLAIN),
                    of("rude clients, tight server", RUDE_ONES, ALL_KINDS, Weather.STORM, TIGHT),
                    of("silent clients", SILENT_ONES, LETTERS, Weather.FAIR, PLAIN),
                    of("planned restarts", COMMUTERS, ALL_KINDS, UPDATES, PLAIN),
                    of(
                            "queues drop the oldest",
                            COMMUTERS,
                            LETTERS,
                            Weather.STORM,
                            new Tuned().queue(3, QueueFullPolicy.DROP_OLDEST).settings()),
                    of(
                            "queues drop the newest",
                            COMMUTERS,
                            LETTERS,
                            Weather.STORM,
                            new Tuned().queue(3, QueueFullPolicy.DROP_NEWEST).settings()),
                    of(
                            "queues full of bytes",
                            COMMUTERS,
                            BULKY,
                            Weather.STORM,
                            new Tuned().queueBytes(6_000).settings()),
                    of(
                            "full queues end sessions",
                            COMMUTERS_WHO_KNOW,
                            UP_TO_QOS_1,
                            Weather.STORM,
                            new Tuned().queue(3, QueueFullPolicy.END_SESSION).settings()),
                    of(
                            "retry on a living connection",
                            OF_3_1,
                            LETTERS,
                            SLOW,
                            new Tuned().retry(2, 3).outBuffer(400, 100).settings()),
                    new Scenario(
                            "sessions of others",
                            COMMUTERS_WHO_KNOW,
                            UP_TO_QOS_1,
                            BLACKOUTS,
                            PLAIN,
                            new Scenario.Door(List.of("", "ana", "ana", "eva"), 0)),
                    new Scenario(
                            "who proves in steps",
                            EVERYBODY,
                            ALL_KINDS,
                            Weather.LATE_DISK,
                            PLAIN,
                            new Scenario.Door(List.of("ana"), 0.7)),
                    of(
                            "queues on disk",
                            COMMUTERS,
                            LETTERS,
                            Weather.LATE_DISK,
                            new Tuned().queuesOnDisk(2).settings()),
                    of(
                            "queues on disk in a storm",
                            COMMUTERS,
                            ALL_KINDS,
                            Weather.STORM,
                            new Tuned().queuesOnDisk(1).window(2).settings()),
                    of(
                            "exactly once from disk",
                            COMMUTERS,
                            TWICE_NEVER,
                            BLACKOUTS,
                            new Tuned().queuesOnDisk(2).slice(2).settings()),
                    of(
                            "retained before queues on disk",
                            PEOPLE,
                            RETAINED,
                            Weather.STORM,
                            new Tuned().queuesOnDisk(1).window(2).outBuffer(400, 100).settings()),
                    of(
                            "shared queues on disk",
                            COMMUTERS,
                            SHARED,
                            Weather.STORM,
                            new Tuned().queuesOnDisk(1).window(1).settings()),
                    of(
                            "shared queues on disk, short-lived",
                            OF_SHORT_LIFE,
                            SHARED,
                            Weather.LATE_DISK,
                            new Tuned().queuesOnDisk(1).window(1).slice(2).settings()),
                    of(
                            "queues on disk drop the oldest",
                            COMMUTERS,
                            LETTERS,
                            Weather.STORM,
                            new Tuned()
                                    .queuesOnDisk(1)
                                    .window(2)
                                    .queue(5, QueueFullPolicy.DROP_OLDEST)
                                    .settings()),
                    of(
                            "everything on disk",
                            EVERYBODY,
                            EVERYTHING,
                            Weather.STORM,
                            new Tuned()
                                    .queuesOnDisk(1)
                                    .receiveMaximum(3)
                                    .window(3)
                                    .slice(2)
                                    .outBuffer(400, 100)
                                    .settings()),
                    of("everything", EVERYBODY, EVERYTHING, Weather.STORM, TIGHT),
                    of("mouths of every size", MOUTHS_OF_EVERY_SIZE, MOUTHFULS, FAIR_ENOUGH, PLAIN),
                    of(
                            "slow readers who keep nothing",
                            WHO_KEEP_NOTHING,
                            FEW_TOPICS,
                            SLOWER,
                            new Tuned().slice(1).outBuffer(300, 100).retry(1, 3).settings()),
                    of("at least once over blackouts", COMMUTERS, TWICE_PERHAPS, FORGETFUL, PLAIN),
                    of("people and a disk that fails", PEOPLE, ALL_KINDS, BAD_DISK, PLAIN),
                    of(
                            "exactly once and a disk that fails",
                            COMMUTERS,
                            TWICE_NEVER,
                            BAD_DISK_IN_A_STORM,
                            TIGHT),
                    of(
                            "queues on disk and a disk that fails",
                            COMMUTERS,
                            ALL_KINDS,
                            BAD_DISK_IN_A_STORM,
                            new Tuned().queuesOnDisk(1).window(2).settings()),
                    of(
                            "everything and a disk that fails",
                            EVERYBODY,
                            EVERYTHING,
                            BAD_DISK_IN_A_STORM,
                            new Tuned()
                                    .queuesOnDisk(1)
                                    .receiveMaximum(3)
                                    .window(3)
                                    .slice(2)
                                    .outBuffer(400, 100)
                                    .settings()),
                    of(
                            "slow readers who soon have room",
                            WHO_KEEP_NOTHING,
                            FEW_TOPICS,
                            SLOWER,
                            new Tuned().slice(1).outBuffer(300, 250).settings()),
                    of("an operator ends sessions", EVERYBODY, ALL_KINDS, Weather.LATE_DISK, PLAIN)
                            .withOperator(OPERATOR),
                    of(
                                    "an operator ends sessions in a storm",
                                    EVERYBODY,
                                    EVERYTHING,
                                    Weather.STORM,
                                    TIGHT)
                            .withOperator(OPERATOR),
                    of("wills and an operator", OF_SHORT_LIFE, RETAINED, Weather.STORM, PLAIN)
                            .withOperator(OPERATOR),
                    of("exactly once and an operator", COMMUTERS, TWICE_NEVER, BLACKOUTS, PLAIN)
                            .withOperator(OPERATOR),
                    of(
                                    "shared queues on disk and an operator",
                                    COMMUTERS,
                                    SHARED,
                                    Weather.STORM,
                                    new Tuned().queuesOnDisk(1).window(1).settings())
                            .withOperator(OPERATOR),
                    of(
                                    "an operator and a disk that fails",
                                    EVERYBODY,
                                    ALL_KINDS,
                                    BAD_DISK_IN_A_STORM,
                                    new Tuned().queuesOnDisk(1).window(3).slice(2).settings())
                            .withOperator(OPERATOR));

    private Scenarios() {}

    private static Scenario of(
            String name,
            Population population,
            Mail mail,
            Weather weather,
            ServerSettings settings) {
        return new Scenario(name, population, mail, weather, settings);
    }

    public static List<Scenario> all() {
        return ALL;
    }

    /// The scenario of this name.
    public static Scenario named(String name) {
        return ALL.stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no scenario is named " + name));
    }
}
