package org.vencejo.bench.attack;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A broker that can be attacked: how it is set up and started. Where the honest come everybody is
/// let in, where attackers come it depends.
sealed interface Product {
    /// How it is set up: its heap, as `256m`; how many messages a second a client may send, 0 for
    /// as many as it likes; and what strangers may where attackers come.
    record Setup(String heap, int rate, Strangers strangers) {}

    /// What strangers may where attackers come. `ALL` may what clients may, `LIMITED` what
    /// `docs/security.md` has for strangers beside the plant.
    enum Strangers {
        NONE,
        LIMITED,
        ALL;

        static Strangers named(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }

        boolean comeIn() {
            return this != NONE;
        }
    }

    /// Where it keeps its files, and its ports: for the honest, and for attackers by TCP, TLS and
    /// WebSocket.
    record Place(Path folder, int[] ports) {
        Path certificate() {
            return folder.resolve("certificate.pem");
        }

        Path key() {
            return folder.resolve("key.pem");
        }

        Path users() {
            return folder.resolve("users");
        }

        Path config() {
            return folder.resolve("config");
        }
    }

    /// What it reads, `place.config()` with it and `place.users()`, which hold somebody who is none
    /// of ours: a broker that would let in nobody at all does not start.
    String configuration(Place place, Setup setup);

    /// Makes the passwords in `place.users()` what it wants to read.
    List<String> toEncrypt(Place place);

    List<String> toStart(Place place);

    /// What its environment has more than ours.
    Map<String, String> environment(Setup setup);

    /// That of `bench/attack`: `mosquitto`, or the path of the launcher `vencejo`.
    static Product named(String word) {
        return word.equals("mosquitto") ? new Mosquitto() : new Vencejo(Path.of(word));
    }

    /// Ours.
    record Vencejo(Path launcher) implements Product {
        private static final String LIMITS =
                ", connections-max: 500, limits: {connect-timeout: 3s, packet-size-max: 16KB,"
                        + " messages-in-rate-max: 10, bytes-in-rate-max: 20KB,"
                        + " messages-out-rate-max: 50, subscriptions-max: 20,"
                        + " session-expiry-interval-max: 1h}";

        /// One that has just started has a compiler of the JVM beside it, which takes a quarter of
        /// what the broker itself does.
        private static final String WARM_UP = "12s";

        @Override
        public String configuration(Place place, Setup setup) {
            String limits = setup.strangers == Strangers.LIMITED ? LIMITS : "";
            String authentication =
                    setup.strangers.comeIn()
                            ? ""
                            : "authentication: [{file: %s}]%n".formatted(place.users());
            return """
            listeners:
              - {port: %d, allow-anonymous: true}
              - {port: %d%s}
              - {port: %d, transport: tls, tls: {certificate: %s, key: %s}%s}
              - {port: %d, transport: websocket%s}
            allow-anonymous: %b
            data-folder: %s
            sys-interval: 1s
            limits:
              loopback-limited: true
              connections-per-address-max: 500
              connections-per-address-rate-max: 50
              connecting-max: 4000
              messages-in-rate-max: %d
            """
                            .formatted(
                                    place.ports[0],
                                    place.ports[1],
                                    limits,
                                    place.ports[2],
                                    place.certificate(),
                                    place.key(),
                                    limits,
                                    place.ports[3],
                                    limits,
                                    setup.strangers.comeIn(),
                                    place.folder.resolve("data"),
                                    setup.rate)
                    + authentication;
        }

        @Override
        public List<String> toEncrypt(Place place) {
            return List.of(launcher.toString(), "passwd", "-U", place.users().toString());
        }

        @Override
        public List<String> toStart(Place place) {
            String config = place.config().toString();
            return List.of(launcher.toString(), "broker", "--warm-up", WARM_UP, "--config", config);
        }

        @Override
        public Map<String, String> environment(Setup setup) {
            String given = System.getenv().getOrDefault("VENCEJO_JAVA_OPTS", "");
            return Map.of("VENCEJO_JAVA_OPTS", given + " -Xmx" + setup.heap);
        }
    }

    /// Of another make, to compare with, as Debian has it: with WebSocket, and without rates or
    /// limits on new connections. The heap is not for it.
    record Mosquitto() implements Product {
        @Override
        public String configuration(Place place, Setup setup) {
            if (setup.rate != 0 || setup.strangers == Strangers.LIMITED) {
                throw new IllegalArgumentException(
                        "given were a rate or limits, which Mosquitto does not have");
            }
            return """
            per_listener_settings true
            set_tcp_nodelay true
            user root
            log_dest stderr
            log_type error
            listener %d 127.0.0.1
            allow_anonymous true
            listener %d 127.0.0.1
            allow_anonymous %b
            password_file %s
            listener %d 127.0.0.1
            certfile %s
            keyfile %s
            allow_anonymous %b
            password_file %s
            listener %d 127.0.0.1
            protocol websockets
            allow_anonymous %b
            password_file %s
            """
                    .formatted(
                            place.ports[0],
                            place.ports[1],
                            setup.strangers.comeIn(),
                            place.users(),
                            place.ports[2],
                            place.certificate(),
                            place.key(),
                            setup.strangers.comeIn(),
                            place.users(),
                            place.ports[3],
                            setup.strangers.comeIn(),
                            place.users());
        }

        @Override
        public List<String> toEncrypt(Place place) {
            return List.of("mosquitto_passwd", "-U", place.users().toString());
        }

        @Override
        public List<String> toStart(Place place) {
            return List.of("mosquitto", "-c", place.config().toString());
        }

        @Override
        public Map<String, String> environment(Setup setup) {
            return Map.of();
        }
    }
}
