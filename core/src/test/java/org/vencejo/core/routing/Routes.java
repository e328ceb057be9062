package org.vencejo.core.routing;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Subscriptions made of words, and routes put into words.
final class Routes {
    private Routes() {}

    /// `subscription("a/#", "2 noLocal rap")`: the QoS, then the options that are set.
    static Subscription subscription(String filter, String options) {
        return new Subscription(
                TopicFilter.of(filter),
                QoS.of(options.charAt(0) - '0'),
                options.contains("noLocal"),
                options.contains("rap"),
                RetainHandling.SEND_AT_SUBSCRIBE);
    }

    static Subscription subscription(String filter) {
        return subscription(filter, "0");
    }

    static List<String> plain(SubscriptionTrie<String> trie, String topic) {
        Route<String> route = trie.match(TopicName.of(topic));
        var subscribers = new ArrayList<String>();
        for (int i = 0; i < route.size(); i++) {
            subscribers.add(route.receiver(i).subscriber());
        }
        subscribers.sort(null);
        return subscribers;
    }

    static List<String> shared(SubscriptionTrie<String> trie, String topic) {
        Route<String> route = trie.match(TopicName.of(topic));
        var filters = new ArrayList<String>();
        for (int i = 0; i < route.sharedCount(); i++) {
            filters.add(route.shared(i).filter().toString());
        }
        filters.sort(null);
        return filters;
    }

    static <V> List<V> all(Cursor<V> cursor) {
        var values = new ArrayList<V>();
        V value = cursor.next(Integer.MAX_VALUE);
        while (value != null) {
            values.add(value);
            value = cursor.next(Integer.MAX_VALUE);
        }
        return values;
    }
}
