package org.vencejo.core.session;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.TopicName;

/// The Topic Aliases that we have set towards the peer of one connection; the least recently used
/// one is given to a new topic when all are taken (B21).
///
/// Touched only by whoever runs the session; ends with the connection.
public final class AliasesSent {
    /// Towards a peer that takes none [MQTT-3.1.2-27].
    public static final AliasesSent NONE = new AliasesSent(0);

    private final int maximum;
    private final LinkedHashMap<TopicName, Integer> aliases;

    /// Aliases from 1 to `maximum`, which the peer announced.
    public AliasesSent(int maximum) {
        this.maximum = maximum;
        this.aliases = new LinkedHashMap<>(0, 0.75f, true);
    }

    /// -n if `topicName` has alias n, n if it would be given alias n, 0 if there are no aliases.
    int find(TopicName topicName) {
        if (maximum == 0) {
            return 0;
        }
        Integer alias = aliases.get(topicName);
        if (alias != null) {
            return -alias;
        }
        return aliases.size() < maximum ? aliases.size() + 1 : eldest().getValue();
    }

    /// Gives `topicName` the alias that [#find] named for it.
    void set(TopicName topicName, int alias) {
        if (aliases.size() == maximum) {
            aliases.remove(eldest().getKey());
        }
        aliases.put(topicName, alias);
    }

    private Map.Entry<TopicName, Integer> eldest() {
        Map.@Nullable Entry<TopicName, Integer> eldest = aliases.firstEntry();
        if (eldest == null) {
            throw new IllegalStateException("there are no aliases");
        }
        return eldest;
    }
}
