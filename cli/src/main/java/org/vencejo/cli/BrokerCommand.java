package org.vencejo.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.event.Level;
import org.vencejo.broker.Broker;
import org.vencejo.broker.StartException;
import org.vencejo.broker.Visible;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.broker.config.LogLevel;
import org.vencejo.broker.config.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// `vencejo broker`: runs a broker until it is told to stop.
@Command(
        name = "broker",
        description = {
            "Run the broker.",
            "",
            "Without a configuration it listens on loopback, port 1883, and lets everybody connect.",
            "SIGTERM and SIGINT stop it (a second one at once), SIGHUP reads the configuration again.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 stopped, 64 wrong use, 69 could not start, 78 mistakes in the configuration."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BrokerCommand implements Callable<Integer> {
    /// EX_UNAVAILABLE of sysexits.
    static final int COULD_NOT_START = 69;

    @Mixin private final ConfigurationOptions options = new ConfigurationOptions();

    @Option(
            names = "--warm-up",
            paramLabel = "DURATION",
            converter = WarmUpTime.class,
            description = {
                "Before it listens, serve made-up clients for so long (3s, at most 1min),",
                "so that what the first real ones need is compiled."
            })
    private long warmUpNanos;

    @Override
    public Integer call() throws InterruptedException {
        // Before the log says that it listens: whoever reads that may send a signal at once.
        CompletableFuture<Broker> started = new CompletableFuture<>();
        CountDownLatch told = new CountDownLatch(1);
        Signals.on("HUP", () -> started.join().reload());
        WarmUp warmUp = new WarmUp(warmUpNanos);
        Signals.on("TERM", () -> stop(told, warmUp));
        Signals.on("INT", () -> stop(told, warmUp));
        Broker broker;
        try {
            broker =
                    Broker.start(
                            new Broker.Setup(
                                    options.request(),
                                    Machine.here(),
                                    Version.number(),
                                    Vencejo.STARTED_NANOS,
                                    BrokerCommand::logLevel),
                            warmUp::run);
        } catch (CancellationException stopped) {
            return 0;
        } catch (ConfigurationException e) {
            return ConfigurationOptions.tell(e);
        } catch (StartException e) {
            System.err.println("vencejo: " + Visible.text(String.valueOf(e.getMessage())));
            return COULD_NOT_START;
        }
        started.complete(broker);
        HeapWatch.start(() -> broker.traffic().memory().heldBytes());
        told.await();
        broker.close();
        return 0;
    }

    private static void stop(CountDownLatch told, WarmUp warmUp) {
        if (told.getCount() == 0) {
            Log.STANDARD_ERROR.flush(TimeUnit.MILLISECONDS.toNanos(100));
            Runtime.getRuntime().halt(1);
        }
        told.countDown();
        warmUp.stop();
    }

    private static void logLevel(LogLevel level) {
        Log.STANDARD_ERROR.level(
                switch (level) {
                    case ERROR -> Level.ERROR;
                    case WARN -> Level.WARN;
                    case INFO -> Level.INFO;
                    case DEBUG -> Level.DEBUG;
                    case TRACE -> Level.TRACE;
                });
    }

    private static final class WarmUpTime implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return Configuration.time(text, WarmUp.NANOS_MAX);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(String.valueOf(wrong.getMessage()));
            }
        }
    }
}
