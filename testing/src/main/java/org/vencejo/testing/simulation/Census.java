package org.vencejo.testing.simulation;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.vencejo.protocol.PacketType;

/// How much was simulated, and what was seen how often. Confined to one thread.
public final class Census {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Map<String, Long> seen = new TreeMap<>();
    private long runs;
    private long events;
    private double virtualSeconds;
    private long cpuNanos;

    /// Runs `simulation`, and counts what it does.
    public void run(Simulation simulation, long eventsWanted) {
        long begin = THREADS.getCurrentThreadCpuTime();
        simulation.run(eventsWanted);
        cpuNanos += THREADS.getCurrentThreadCpuTime() - begin;
        runs++;
        events += simulation.events();
        virtualSeconds += simulation.virtualSeconds();
        for (Step step : simulation.script().steps()) {
            count(step.command().getClass().getSimpleName(), 1);
        }
        Trace trace = simulation.observer().trace();
        for (PacketType type : PacketType.values()) {
            if (trace.sent(type) > 0) {
                count("<-" + type, trace.sent(type));
            }
        }
        count("<-PUBLISH with DUP", trace.sentAgain());
    }

    private void count(String what, long times) {
        seen.merge(what, times, Long::sum);
    }

    /// All of it, in some lines.
    @Override
    public String toString() {
        double seconds = Math.max(cpuNanos, 1) / 1e9;
        double minutes = virtualSeconds / 60;
        return "%d seeds, %d events, %.1f virtual minutes in %.1f s of one core, "
                        .formatted(runs, events, minutes, seconds)
                + "%.0f seeds and %.2f virtual minutes a second%n"
                        .formatted(runs / seconds, minutes / seconds)
                + seen.entrySet().stream()
                        .map(each -> each.getKey() + " " + each.getValue())
                        .collect(Collectors.joining(", "));
    }
}
