package org.vencejo.client;

import java.util.List;
import org.vencejo.protocol.Properties;

/// What came of a connect: the session that the server gave, and what was lost if it had none to
/// resume. Immutable.
///
/// `clientIdentifier` is the assigned one if the server assigned it; `keepAlive` is in seconds and
/// the server's if it set one; `properties` are those of CONNACK. `lostMessages` were in flight in
/// a session that the server no longer has: they may have arrived, and are not sent again.
public record MqttConnected(
        boolean sessionPresent,
        String clientIdentifier,
        int keepAlive,
        Properties properties,
        List<MqttMessage> lostMessages) {}
