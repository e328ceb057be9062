package org.vencejo.broker;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.CertificateWatch.Watched;
import org.vencejo.broker.access.GrantingRules;
import org.vencejo.broker.config.AuthenticationConfig;
import org.vencejo.broker.config.BrokerConfig;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.broker.config.LogLevel;
import org.vencejo.broker.config.Machine;
import org.vencejo.core.AccessRules;
import org.vencejo.transport.Tls;
import org.vencejo.transport.TlsException;
import org.vencejo.transport.TlsServer;

/// A broker: the one file that wires all of it, from the configuration to the listeners.
///
/// Thread-safe.
public final class Broker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Broker.class);

    /// How long clients have to go when the broker stops.
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// The secret by which strangers are told the same each time of names that nobody has.
    private static final String NAMES = "names.secret";

    private final Setup setup;
    private final DataFolder dataFolder;
    private final ServerDriver driver;
    private final IdentitySources identities;
    private final SysPublisher sys;
    private final @Nullable ControlSocket control;
    private final CertificateWatch certificates;
    private final List<InetSocketAddress> addresses;
    private final List<String> places;

    private final Configuration started;

    private Configuration configuration;
    private boolean stopped;

    /// What a broker is started with. `request` is read again by [#reload]; `logLevel` hears which
    /// level is configured; `startedNanos` is when the process began, by [System#nanoTime].
    public record Setup(
            Configuration.Request request,
            Machine machine,
            String version,
            long startedNanos,
            Consumer<LogLevel> logLevel) {}

    private Broker(
            Setup setup,
            Configuration configuration,
            DataFolder dataFolder,
            ServerDriver driver,
            IdentitySources identities,
            SysPublisher sys,
            @Nullable ControlSocket control,
            Doors doors) {
        this.setup = setup;
        this.started = configuration;
        this.configuration = configuration;
        this.dataFolder = dataFolder;
        this.driver = driver;
        this.identities = identities;
        this.sys = sys;
        this.control = control;
        this.addresses = List.copyOf(doors.addresses);
        this.places = List.copyOf(doors.places);
        this.certificates = new CertificateWatch(doors.tls, driver::expelRevoked);
    }

    /// Reads the configuration and starts a broker, or throws [ConfigurationException] or
    /// [StartException] and leaves nothing behind but the data folder. Listeners come last: who can
    /// connect is served.
    public static Broker start(Setup setup) {
        return start(setup, configuration -> {});
    }

    /// The same, and has `first` run once the configuration is known to be good and the data folder
    /// is this process's alone, before the store in it is opened. What it throws ends the start.
    public static Broker start(Setup setup, Consumer<Configuration> first) {
        Configuration configuration = Configuration.read(setup.request, setup.machine);
        BrokerConfig config = configuration.broker();
        setup.logLevel.accept(config.logLevel());
        try (Opened opened = new Opened()) {
            IdentitySources identities =
                    opened.add(
                            IdentitySources.open(config.authentication()), IdentitySources::close);
            DataFolder dataFolder =
                    opened.add(DataFolder.openToServe(config.dataFolder()), DataFolder::close);
            first.accept(configuration);
            Keeper.Started kept = Keeper.open(config);
            Keeper keeper = opened.add(kept.keeper(), Keeper::close);
            ServerDriver driver =
                    opened.add(
                            startDriver(
                                    config,
                                    identities.authenticators(() -> dataFolder.secret(NAMES)),
                                    kept),
                            it -> it.stop(0));
            ControlSocket control =
                    ControlSocket.open(dataFolder.folder(), commands(keeper, driver));
            if (control != null) {
                opened.add(control, ControlSocket::close);
            }
            SysPublisher sys =
                    opened.add(
                            new SysPublisher(
                                    driver, keeper::statistics, setup.version, setup.startedNanos),
                            SysPublisher::close);
            Doors doors = bind(driver, config.listeners(), opened);
            Broker broker =
                    new Broker(
                            setup,
                            configuration,
                            dataFolder,
                            driver,
                            identities,
                            sys,
                            control,
                            doors);
            identities.start(driver::usersChanged);
            sys.every(config.sysIntervalNanos());
            broker.certificates.start();
            broker.logStart(config, keeper.words());
            opened.keep();
            return broker;
        }
    }

    private static ServerDriver startDriver(
            BrokerConfig config, Authenticators authenticators, Keeper.Started kept) {
        return ServerDriver.start(
                new ServerDriver.Parts(
                        config.server(),
                        rules(config, config.authentication()),
                        authenticators,
                        kept.keeper().journal(),
                        kept.keeper().queues(),
                        kept.recovered(),
                        new SecureRandom().nextLong(),
                        new EventLog()),
                config.ioThreads());
    }

    private static ControlSocket.Commands commands(Keeper keeper, ServerDriver driver) {
        return new ControlSocket.Commands() {
            @Override
            public String backup(Path to) {
                return keeper.backup(to);
            }

            @Override
            public String known() {
                return Acquaintances.lines(driver);
            }

            @Override
            public String bans() {
                return Bans.lines(driver.guessers());
            }

            @Override
            public String lift(String whose) {
                return Bans.lift(driver.guessers(), whose);
            }

            @Override
            public String sessions(String which) {
                return SessionList.lines(driver, which);
            }

            @Override
            public String endSession(String clientIdentifier) {
                return SessionList.end(driver, clientIdentifier);
            }
        };
    }

    // Those of the file; and what clients come with, if any may.
    private static AccessRules rules(BrokerConfig config, AuthenticationConfig authentication) {
        return authentication.mayGrant()
                ? new GrantingRules(config.accessRules())
                : config.accessRules();
    }

    /// Where it listens, and with which TLS.
    private record Doors(
            List<InetSocketAddress> addresses, List<String> places, List<Watched> tls) {
        Doors() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    private static Doors bind(ServerDriver driver, List<Listener> listeners, Opened opened) {
        Doors doors = new Doors();
        for (Listener listener : listeners) {
            try {
                TlsServer tls = null;
                if (listener.tls() != null) {
                    tls =
                            opened.add(
                                    TlsServer.open(
                                            listener.tls(),
                                            listener.webSocket() == null ? "mqtt" : "http/1.1"),
                                    TlsServer::close);
                    doors.tls.add(new Watched(listener.name(), tls));
                }
                Entry entry =
                        new Entry(
                                listener.name(),
                                listener.proxy() == null ? null : listener.proxy().protocol(),
                                tls,
                                listener.webSocket(),
                                listener.versions(),
                                listener.connectionsMax(),
                                listener.maximumQoS(),
                                listener.limits());
                if (listener.unix() != null) {
                    driver.bind(entry, listener.unix());
                    doors.places.add(listener.place());
                } else {
                    InetSocketAddress bound = driver.bind(entry, listener.address());
                    doors.addresses.add(bound);
                    doors.places.add(Listener.text(bound));
                }
            } catch (TlsException e) {
                throw new StartException(
                        "no TLS for listener %s: %s".formatted(listener.name(), e.getMessage()), e);
            } catch (IOException e) {
                throw new StartException(
                        "cannot listen on %s: %s".formatted(listener.place(), reason(e)), e);
            }
        }
        return doors;
    }

    private void logStart(BrokerConfig config, String words) {
        if (!words.isEmpty()) {
            log.info(words);
        }
        config.warnings().forEach(warning -> log.warn("{}", warning));
        config.secretFiles().forEach(FileModes::warn);
        log.info(
                "vencejo {} listens on {}; durability {}: {}; io-threads {} ({}){}; started in {} ms",
                setup.version,
                String.join(", ", places),
                configuration.texts().get("durability"),
                switch (config.durability()) {
                    case FSYNC -> "what is acknowledged is on disk";
                    case OS -> "a power cut may lose what was acknowledged last";
                    case MEMORY -> "what is kept is gone when the process ends";
                },
                config.ioThreads(),
                driver.kind(),
                config.listeners().stream().anyMatch(it -> it.tls() != null)
                        ? "; tls by " + Tls.engine()
                        : "",
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - setup.startedNanos));
    }

    /// Where it listens for TCP, with the ports that were chosen.
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    /// What went over the sockets so far.
    public Traffic traffic() {
        return driver.traffic();
    }

    /// What was found out about clients so far.
    AuthenticationThreads.Counts authentication() {
        return driver.authentication();
    }

    /// Reads the files that `configuration` names, as a start does, and throws
    /// [ConfigurationException] with every mistake in them.
    public static void check(Configuration configuration) {
        IdentitySources.open(configuration.broker().authentication()).close();
    }

    /// Reads certificates, password files and the configuration again and does what can be done
    /// without a restart; the log says what changed. One with mistakes changes nothing, and a
    /// broker that has stopped does nothing.
    public synchronized void reload() {
        if (stopped) {
            return;
        }
        certificates.readAgain();
        identities.readAgain();
        Configuration newer;
        try {
            newer = Configuration.read(setup.request, setup.machine);
        } catch (ConfigurationException e) {
            e.mistakes().forEach(mistake -> log.error("{}", mistake));
            log.error("the configuration has mistakes; the broker goes on with the one before");
            return;
        }
        if (!newer.broker().mayRuleAt(started.broker().listeners())) {
            log.error(
                    "there are no access-rules any more, and until a restart the broker listens where other machines can reach it; allowed: access-rules, or writing down allow-everything: true; it goes on with the configuration before");
            return;
        }
        List<Configuration.Change> changes = configuration.changes(newer);
        for (Configuration.Change change : changes) {
            log.info(
                    "{} changed from {} to {}{}",
                    change.key(),
                    change.from() == null ? "nothing" : change.from(),
                    change.to() == null ? "nothing" : change.to(),
                    change.reread() ? "" : ", which takes effect at the next start");
        }
        if (changes.isEmpty()) {
            log.info("the configuration was read again; nothing changed");
        }
        setup.logLevel.accept(newer.broker().logLevel());
        if (newer.broker().sysIntervalNanos() != configuration.broker().sysIntervalNanos()) {
            sys.every(newer.broker().sysIntervalNanos());
        }
        driver.reconfigure(started.followedBy(newer, setup.machine));
        if (!newer.broker().accessRules().equals(configuration.broker().accessRules())) {
            log.info("the access rules have changed, and hold from now on");
            driver.changeRules(rules(newer.broker(), started.broker().authentication()));
        }
        configuration = newer;
    }

    /// Stops: nobody new, every client is told (0x8B), wills go out, and who has not gone after ten
    /// seconds is cut. A second call does nothing.
    @Override
    public synchronized void close() {
        if (stopped) {
            return;
        }
        stopped = true;
        log.info(
                "stopping: clients are told, and have {} s to go",
                TimeUnit.NANOSECONDS.toSeconds(GRACE_NANOS));
        sys.close();
        if (control != null) {
            control.close();
        }
        identities.close();
        boolean inTime = driver.stop(GRACE_NANOS);
        certificates.close();
        dataFolder.close();
        log.info(inTime ? "stopped" : "stopped; clients that had not gone were cut");
    }

    /// Netty's words for a failed bind without the name and number of the call.
    private static String reason(IOException failed) {
        return String.valueOf(failed.getMessage())
                .replaceFirst("^bind\\(\\.\\.\\) failed with error\\(-?\\d+\\): ", "");
    }
}
