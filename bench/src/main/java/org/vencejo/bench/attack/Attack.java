package org.vencejo.bench.attack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The attack run: a broker, a hundred honest clients, and ten thousand hostile connections, first
/// at another broker on the same machine, then at this one. What the attackers take of the
/// machine's processors is the same in both, so the difference is the broker's.
///
/// Confined to the main thread; brokers, honest and hostile are processes of their own.
final class Attack {
    private static final Pattern REPORT =
            Pattern.compile(
                    "count (\\d+) p50 (-?\\d+) p99 (-?\\d+) max (-?\\d+) disconnects (\\d+) newcomers count (\\d+) p50 (-?\\d+) p99 (-?\\d+) max (-?\\d+) refused (\\d+) open (-?\\d+)");

    /// For so long it is waited that memory comes back.
    private static final int MEMORY_SECONDS_MAX = 420;

    private final Path vencejo;
    private final Product product;
    private final Path folder;
    private final int hostile;
    private final int seconds;
    private final Product.Setup setup;
    private final List<Phase> phases = new ArrayList<>();

    /// What was seen in one phase. Times are microseconds.
    private record Phase(
            String name,
            long messages,
            long p50,
            long p99,
            long most,
            long disconnects,
            long newcomers,
            long newcomersP99,
            long newcomersRefused,
            long residentMegabytes,
            long cpuMillis) {}

    private Attack(
            Path vencejo,
            Product product,
            Path folder,
            int hostile,
            int seconds,
            Product.Setup setup) {
        this.vencejo = vencejo;
        this.product = product;
        this.folder = folder;
        this.hostile = hostile;
        this.seconds = seconds;
        this.setup = setup;
    }

    /// Arguments: the launcher `vencejo`, how many hostile connections, seconds for each phase, the
    /// heap of the broker, how many messages a second it takes from a client, or 0, and which
    /// strangers it lets in: `none`, `limited` or `all`; and the broker: `mosquitto`, or again the
    /// launcher.
    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("vencejo-attack");
        System.out.println("logs and data: " + folder);
        if (!Crew.mayRunBeforeOthers()) {
            System.out.println("honest clients wait for processors, too: chrt is not allowed here");
        }
        new Attack(
                        Path.of(arguments[0]),
                        Product.named(arguments[6]),
                        folder,
                        Integer.parseInt(arguments[1]),
                        Integer.parseInt(arguments[2]),
                        new Product.Setup(
                                arguments[3],
                                Integer.parseInt(arguments[4]),
                                Product.Strangers.named(arguments[5])))
                .run();
    }

    private void run() throws IOException {
        try (BrokerUnderAttack broker =
                        new BrokerUnderAttack(product, folder.resolve("broker"), setup);
                Crew honest =
                        Crew.beforeOthers(
                                Honest.class,
                                BrokerUnderAttack.HOST,
                                Integer.toString(broker.port()))) {
            settle(broker, honest, 10);
            measure("calm", broker, honest);
            try (BrokerUnderAttack other =
                    new BrokerUnderAttack(product, folder.resolve("other"), setup)) {
                var _ = underAttack("attack elsewhere", other, broker, honest);
            }
            settle(broker, honest, 5);
            Map<String, String> said = underAttack("under attack", broker, broker, honest);
            settle(broker, honest, 15);
            measure("after", broker, honest);
            // Who removes is a client as others.
            if (setup.strangers() == Product.Strangers.ALL && setup.rate() == 0) {
                cleanUp(broker, honest);
            }
            print();
            System.out.printf("resident at most: %d MB%n", broker.residentMegabytesMost());
            System.out.println("what the broker says of the attack:");
            said.forEach((topic, value) -> {
                if (isOfAttack(topic) && !value.equals("0")) {
                    System.out.printf("  %-45s %s%n", topic, value);
                }
            });
        }
    }

    private static boolean isOfAttack(String topic) {
        return topic.startsWith("connections/")
                || topic.startsWith("refused/")
                || topic.startsWith("memory/")
                || topic.startsWith("authentication/")
                || topic.startsWith("rates/")
                || topic.startsWith("turns/")
                || topic.startsWith("messages/fate/")
                || topic.equals("buffers/bytes")
                || topic.equals("heap/maximum")
                || topic.equals("messages/received")
                || topic.equals("subscriptions/count")
                || topic.equals("retained messages/count");
    }

    private void cleanUp(BrokerUnderAttack broker, Crew honest) throws IOException {
        System.out.println(
                "  removed: " + broker.removeRetained(vencejo, "hostil/#") + " retained");
        int waited = untilMemoryIsBack(broker);
        settle(broker, honest, 0);
        measure("%d s after what they left was removed".formatted(waited), broker, honest);
    }

    // The heap is looked at as a whole only now and then.
    private int untilMemoryIsBack(BrokerUnderAttack broker) throws IOException {
        long calm = phases.getFirst().residentMegabytes;
        int waited = 0;
        do {
            int more = waited == 0 ? 15 : 5;
            BrokerUnderAttack.sleep(more * 1_000L);
            waited += more;
        } while (broker.residentMegabytes() * 10 > calm * 11 && waited < MEMORY_SECONDS_MAX);
        return waited;
    }

    private Map<String, String> underAttack(
            String name, BrokerUnderAttack victim, BrokerUnderAttack broker, Crew honest)
            throws IOException {
        int[] ports = victim.attackedPorts();
        try (Crew attackers =
                Crew.behindOthers(
                        Hostile.class,
                        Integer.toString(hostile),
                        BrokerUnderAttack.HOST,
                        Integer.toString(ports[0]),
                        Integer.toString(ports[1]),
                        Integer.toString(ports[2]))) {
            // Also its beginning must not cost anybody the connection.
            phases.add(measured(name + ", its beginning", broker, honest));
            measure(name, broker, honest);
            System.out.println("  hostile: " + attackers.ask());
            return SysReader.read(BrokerUnderAttack.HOST, victim.port());
        }
    }

    private static void settle(BrokerUnderAttack broker, Crew honest, int forSeconds)
            throws IOException {
        BrokerUnderAttack.sleep(forSeconds * 1_000L);
        broker.cpuMillis();
        honest.ask();
    }

    private void measure(String name, BrokerUnderAttack broker, Crew honest) throws IOException {
        phases.add(measured(name, broker, honest));
    }

    private Phase measured(String name, BrokerUnderAttack broker, Crew honest) throws IOException {
        BrokerUnderAttack.sleep(seconds * 1_000L);
        String report = honest.ask();
        Matcher found = REPORT.matcher(report);
        if (!found.matches()) {
            throw new IOException("not a report: " + report);
        }
        long[] numbers = new long[found.groupCount()];
        Arrays.setAll(numbers, i -> Long.parseLong(found.group(i + 1)));
        Phase phase =
                new Phase(
                        name,
                        numbers[0],
                        numbers[1],
                        numbers[2],
                        numbers[3],
                        numbers[4],
                        numbers[5],
                        numbers[7],
                        numbers[9],
                        broker.residentMegabytes(),
                        broker.cpuMillis());
        System.out.println("  " + phase);
        return phase;
    }

    private void print() {
        System.out.printf(
                "%n| %d hostile connections, %d s each | honest messages | p50 ms | p99 ms | worst ms | honest disconnects | newcomers let in | p99 ms | refused | resident MB | processors |%n",
                hostile, seconds);
        System.out.println("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        for (Phase it : phases) {
            System.out.printf(
                    "| %s | %d | %.2f | %.2f | %.1f | %d | %d | %.2f | %d | %d | %.2f |%n",
                    it.name,
                    it.messages,
                    it.p50 / 1e3,
                    it.p99 / 1e3,
                    it.most / 1e3,
                    it.disconnects,
                    it.newcomers,
                    it.newcomersP99 / 1e3,
                    it.newcomersRefused,
                    it.residentMegabytes,
                    it.cpuMillis / 1e3 / seconds);
        }
    }
}
