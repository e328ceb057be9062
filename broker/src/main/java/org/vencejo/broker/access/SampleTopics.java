package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Topic Names that stand for all that Topic Filters tell apart. Stateless.
final class SampleTopics {
    /// Stands for any level that no filter names.
    static final String ANY = "(any)";

    private static final String ONE = "+";
    private static final String REST = "#";

    private SampleTopics() {}

    /// What `filter` matches: with `#` nothing, one level and two in its place.
    static List<TopicName> of(TopicFilter filter) {
        List<TopicName> topics = new ArrayList<>();
        String text = filter.toString();
        String fixed = text.replace(ONE, ANY);
        if (!text.endsWith(REST)) {
            add(fixed, topics);
        } else {
            String before = fixed.substring(0, fixed.length() - 1);
            if (!before.isEmpty()) {
                add(before.substring(0, before.length() - 1), topics);
            }
            add(before + ANY, topics);
            add(before + ANY + "/" + ANY, topics);
        }
        return topics;
    }

    private static void add(String topic, List<TopicName> topics) {
        if (!topic.isEmpty()) {
            topics.add(TopicName.of(topic));
        }
    }

    /// Filters that match all that `filter` does and more: with ever fewer of its levels before a
    /// `#`.
    static List<TopicFilter> wider(TopicFilter filter) {
        List<TopicFilter> wider = new ArrayList<>();
        String text = filter.toString();
        int end = text.endsWith(REST) ? text.length() - 2 : text.length();
        while (end >= 0) {
            end = text.lastIndexOf('/', end - 1);
            TopicFilter next = TopicFilter.of(text.substring(0, end + 1) + REST);
            if (next.isValid()) {
                wider.add(next);
            }
        }
        return wider;
    }

    /// What two of `filters` have in common, which may be neither's own sample: `a/b` of `a/+` and
    /// `+/b`. At most `most`.
    static Set<TopicName> common(List<TopicFilter> filters, int most) {
        Set<TopicName> topics = new LinkedHashSet<>();
        for (int i = 0; i < filters.size() && topics.size() < most; i++) {
            for (int k = i + 1; k < filters.size() && topics.size() < most; k++) {
                String meet = meet(filters.get(i).toString(), filters.get(k).toString());
                if (meet != null) {
                    topics.addAll(of(TopicFilter.of(meet)));
                }
            }
        }
        return topics;
    }

    // The filter of all that both match, or null if there is nothing.
    static @Nullable String meet(String first, String second) {
        String[] ours = first.split("/", -1);
        String[] theirs = second.split("/", -1);
        List<String> levels = new ArrayList<>();
        for (int i = 0; ; i++) {
            boolean oursGoOn = i < ours.length;
            boolean theirsGoOn = i < theirs.length;
            if (!oursGoOn && !theirsGoOn) {
                break;
            }
            if (oursGoOn && ours[i].equals(REST)) {
                add(theirs, i, levels);
                break;
            }
            if (theirsGoOn && theirs[i].equals(REST)) {
                add(ours, i, levels);
                break;
            }
            if (!oursGoOn
                    || !theirsGoOn
                    || !(ours[i].equals(ONE)
                            || theirs[i].equals(ONE)
                            || ours[i].equals(theirs[i]))) {
                return null;
            }
            levels.add(ours[i].equals(ONE) ? theirs[i] : ours[i]);
        }
        return levels.isEmpty() ? null : String.join("/", levels);
    }

    private static void add(String[] from, int first, List<String> levels) {
        for (int i = first; i < from.length; i++) {
            levels.add(from[i]);
        }
    }
}
