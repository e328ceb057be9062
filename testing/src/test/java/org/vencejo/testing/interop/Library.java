package org.vencejo.testing.interop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.testing.interop.InteropClient.Settings;

/// The clients of the matrix, each with a version that it speaks.
enum Library {
    MOSQUITTO_3_1,
    MOSQUITTO_3_1_1,
    MOSQUITTO_5,
    PAHO_3_1,
    PAHO_3_1_1,
    PAHO_5,
    HIVEMQ_3_1_1,
    HIVEMQ_5,
    OWN_3_1,
    OWN_3_1_1,
    OWN_5,
    VENCEJO_COMMAND;

    /// A client that is not connected yet; without what it needs the test is skipped.
    InteropClient open(Settings settings) throws Exception {
        return switch (this) {
            case MOSQUITTO_3_1 -> mosquitto("mqttv31", settings);
            case MOSQUITTO_3_1_1 -> mosquitto("mqttv311", settings);
            case MOSQUITTO_5 -> mosquitto("mqttv5", settings);
            case PAHO_3_1 -> new PahoV3(PahoV3.V_3_1, settings);
            case PAHO_3_1_1 -> new PahoV3(PahoV3.V_3_1_1, settings);
            case PAHO_5 -> new PahoV5(settings);
            case HIVEMQ_3_1_1 -> new HiveMqV3(settings);
            case HIVEMQ_5 -> new HiveMqV5(settings);
            case OWN_3_1 -> new OwnClient(ProtocolVersion.MQTT_3_1, settings);
            case OWN_3_1_1 -> new OwnClient(ProtocolVersion.MQTT_3_1_1, settings);
            case OWN_5 -> new OwnClient(ProtocolVersion.MQTT_5, settings);
            case VENCEJO_COMMAND -> new VencejoCommand(settings);
        };
    }

    /// Whether somebody else wrote it.
    boolean isForeign() {
        return !name().startsWith("OWN") && this != VENCEJO_COMMAND;
    }

    private static InteropClient mosquitto(String version, Settings settings) {
        boolean found =
                Program.find("mosquitto_pub") != null
                        && Program.find("mosquitto_sub") != null
                        && Program.find("stdbuf") != null;
        assumeTrue(found, "interop with mosquitto: not installed");
        return new MosquittoClient(version, settings);
    }
}
