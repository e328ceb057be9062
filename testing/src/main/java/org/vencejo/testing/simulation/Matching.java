package org.vencejo.testing.simulation;

import java.nio.charset.StandardCharsets;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Whether a filter matches a topic, worked out level by level in the plainest way, without the
/// product's own matcher. Stateless.
final class Matching {
    private Matching() {}

    static boolean matches(TopicFilter filter, TopicName topicName) {
        String text = new String(filter.utf8(), StandardCharsets.UTF_8);
        if (text.startsWith("$share/")) {
            text = text.substring(text.indexOf('/', "$share/".length()) + 1);
        }
        String[] levels = text.split("/", -1);
        String[] names = topicName.toString().split("/", -1);
        if (names[0].startsWith("$") && (levels[0].equals("#") || levels[0].equals("+"))) {
            return false; // [MQTT-4.7.2-1]
        }
        for (int i = 0; i < levels.length; i++) {
            if (levels[i].equals("#")) {
                return true;
            }
            if (i == names.length || !(levels[i].equals("+") || levels[i].equals(names[i]))) {
                return false;
            }
        }
        return levels.length == names.length;
    }
}
