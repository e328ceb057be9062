package org.vencejo.broker.config;

import static org.vencejo.broker.config.Units.HOUR;

import java.util.List;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.broker.config.ValueType.Text;
import org.vencejo.broker.config.ValueType.Url;

/// The keys of a service that is asked over HTTP who clients are.
///
/// A part of the table of [Keys]. Immutable.
final class HttpKeys {
    static final Key<String> URL =
            Key.of(
                    "authentication[].http.url",
                    new Url(2_048),
                    "",
                    "The service that is asked who clients are, by POST: `https`, or `http` on this machine.");
    static final Key<String> CA =
            Key.of(
                    "authentication[].http.ca",
                    new Text(4_096),
                    "",
                    "The certificates, in PEM, of those who sign its certificate; those that the JDK knows if"
                            + " empty.");
    static final Key<String> AUTHORIZATION_FILE =
            Key.of(
                    "authentication[].http.authorization-file",
                    new Text(4_096),
                    "",
                    "A file whose first line the service is sent as `Authorization`, such as `Bearer ...`; read"
                            + " again when it changes and at SIGHUP.");
    static final Key<Long> REMEMBERED_TIME =
            Key.of(
                    "authentication[].http.remembered-time",
                    Quantity.time(0, 24 * HOUR),
                    0L,
                    "For how long a client that the service let in, and that gives the same again, is known"
                            + " without asking; 0 for never.");

    static final List<Key<?>> ALL = List.of(URL, CA, AUTHORIZATION_FILE, REMEMBERED_TIME);

    private HttpKeys() {}
}
