package org.vencejo.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.vencejo.client.MqttTls;
import picocli.CommandLine.Option;

/// The flags of TLS, WebSocket and Unix sockets, which `pub` and `sub` share, named as those of
/// `mosquitto_pub`. Confined to the thread of the command.
final class DoorFlags {
    @Option(
            names = "--unix",
            paramLabel = "PATH",
            description = "Connect to this Unix socket, in place of host and port.")
    private @Nullable Path unixSocket;

    @Option(
            names = {"--tls", "--tls-use-os-certs"},
            description = "Speak TLS, and trust whom the JDK trusts.")
    private boolean tls;

    @Option(
            names = "--cafile",
            paramLabel = "FILE",
            description = "Speak TLS, and trust these authorities (PEM).")
    private @Nullable Path authorities;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "The certificate to show (PEM), or with its key in PKCS#12.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its private key (PEM).")
    private @Nullable Path key;

    @Option(
            names = "--key-password-file",
            paramLabel = "FILE",
            description = "The file whose first line is the key's password.")
    private @Nullable Path keyPassword;

    @Option(
            names = "--insecure",
            description =
                    "Take any trusted certificate, whatever host it is for: who has one can listen.")
    private boolean insecure;

    @Option(names = "--ws", description = "Speak WebSocket.")
    private boolean webSocket;

    @Option(
            names = "--ws-path",
            paramLabel = "PATH",
            description = "The path to ask for in WebSocket (/mqtt).")
    private @Nullable String path;

    /// The Unix socket to connect to, or null.
    @Nullable Path unixSocket() {
        return unixSocket;
    }

    /// What to do, with `tls` or WebSocket if the URL says so.
    ///
    /// @throws IllegalArgumentException if the flags contradict each other
    @Nullable MqttTls tls(boolean byUrl) {
        boolean wanted = tls || authorities != null || byUrl;
        if (!wanted && (certificate != null || insecure)) {
            throw new IllegalArgumentException(
                    "--cert and --insecure need --tls, --cafile, or a URL with TLS");
        }
        if (certificate == null && (key != null || keyPassword != null)) {
            throw new IllegalArgumentException("--key needs --cert");
        }
        return wanted ? new MqttTls(authorities, certificate, key, keyPassword, !insecure) : null;
    }

    /// The path to ask for, or null without WebSocket.
    @Nullable String webSocketPath(boolean byUrl) {
        return path != null ? path : webSocket || byUrl ? "/mqtt" : null;
    }
}
