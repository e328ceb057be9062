package org.vencejo.testing.simulation;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Limits;
import org.vencejo.core.ServerSettings;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;

/// What a run of the simulation is about, as data: who the clients are, what they do, how links and
/// disk behave, how the server is set up. Immutable.
public record Scenario(
        String name,
        Population population,
        Mail mail,
        Weather weather,
        ServerSettings settings,
        Door door,
        double operator) {

    /// A scenario in which no operator does anything.
    Scenario(
            String name,
            Population population,
            Mail mail,
            Weather weather,
            ServerSettings settings,
            Door door) {
        this(name, population, mail, weather, settings, door, 0);
    }

    /// A scenario in which nobody says who he is.
    Scenario(
            String name,
            Population population,
            Mail mail,
            Weather weather,
            ServerSettings settings) {
        this(name, population, mail, weather, settings, Door.OPEN);
    }

    /// The same, and an operator ends the session of a client, at so many of its turns.
    Scenario withOperator(double rate) {
        return new Scenario(name, population, mail, weather, settings, door, rate);
    }

    /// Who clients say that they are, and how many of them prove it in steps.
    public record Door(List<String> userNames, double enhanced) {
        public static final Door OPEN = new Door(List.of(""), 0);
    }

    /// What a client may do when it is its turn.
    public enum Act {
        PUBLISH,
        SUBSCRIBE,
        UNSUBSCRIBE,
        DISCONNECT,
        /// The link breaks, and both sides see it sooner or later.
        CUT,
        /// It leaves its connection as it is and takes its session over on another.
        TAKE_OVER,
        PING,
        /// It stops acknowledging until it connects again or thinks better of it.
        STALL,
        /// It breaks a rule.
        RUDE,
        NOTHING
    }

    /// Who connects: each client draws what it is from these lists, again at each CONNECT where it
    /// may change. Intervals are in seconds; a size of 0 is not announced.
    public record Population(
            int clients,
            List<ProtocolVersion> versions,
            List<Long> sessionExpiries,
            List<Integer> receiveMaxima,
            List<Integer> packetSizes,
            List<Integer> topicAliasMaxima,
            List<Integer> keepAlives,
            double cleanStarts,
            double wills,
            List<Integer> willDelays,
            Map<Act, Integer> acts) {}

    /// What is published, and subscribed to.
    public record Mail(
            int topics,
            List<QoS> levels,
            List<Integer> lengths,
            double retained,
            double cleared,
            double expiring,
            double shared) {}

    /// How links, disk and power behave; times in milliseconds, rates for each event.
    public record Weather(
            int delayMillisMax,
            double fragmented,
            double slowReaders,
            int diskMillisMax,
            double diskStalls,
            double crashes,
            double stops,
            double longTicks,
            double diskTroubles) {
        /// With a disk that neither fails nor fills up.
        Weather(
                int delayMillisMax,
                double fragmented,
                double slowReaders,
                int diskMillisMax,
                double diskStalls,
                double crashes,
                double stops,
                double longTicks) {
            this(
                    delayMillisMax,
                    fragmented,
                    slowReaders,
                    diskMillisMax,
                    diskStalls,
                    crashes,
                    stops,
                    longTicks,
                    0);
        }

        /// The same, and the disk fails or fills up, for some seconds.
        Weather withDiskTroubles(double rate) {
            return new Weather(
                    delayMillisMax,
                    fragmented,
                    slowReaders,
                    diskMillisMax,
                    diskStalls,
                    crashes,
                    stops,
                    longTicks,
                    rate);
        }

        public static final Weather FAIR = new Weather(3, 0.1, 0, 5, 0, 0, 0, 0);
        public static final Weather LATE_DISK = new Weather(20, 0.3, 0, 100, 0.02, 0, 0, 0.3);
        public static final Weather STORM = new Weather(30, 0.3, 0.1, 60, 0.02, 0.004, 0.001, 0.3);
    }

    public static final List<ProtocolVersion> ALL_VERSIONS =
            List.of(
                    ProtocolVersion.MQTT_3_1,
                    ProtocolVersion.MQTT_3_1_1,
                    ProtocolVersion.MQTT_5,
                    ProtocolVersion.MQTT_5);

    public static final Population PEOPLE =
            new Population(
                    6,
                    ALL_VERSIONS,
                    List.of(0L, 120L, Limits.NEVER_SECONDS, Limits.NEVER_SECONDS),
                    List.of(1, 2, 5, 65_535),
                    List.of(0),
                    List.of(0, 2, 10),
                    List.of(0, 20),
                    0.15,
                    0,
                    List.of(0),
                    acts(12, 3, 1, 1, 2, 1, 1, 1, 0, 2));

    public static final Mail LETTERS =
            new Mail(
                    4,
                    List.of(QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE),
                    List.of(20, 60),
                    0,
                    0,
                    0,
                    0);

    /// The weights of what clients do, in the order of [Act].
    public static Map<Act, Integer> acts(int... weights) {
        Map<Act, Integer> map = new EnumMap<>(Act.class);
        for (Act act : Act.values()) {
            map.put(act, weights[act.ordinal()]);
        }
        return map;
    }

    /// Who may do what in every scenario: nobody but `c0` reads below `secret/`.
    public static final AccessRules RULES = new SecretTopics();

    @Override
    public String toString() {
        return name;
    }
}
