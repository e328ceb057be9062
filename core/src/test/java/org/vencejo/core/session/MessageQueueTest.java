package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.QoS;

/// Copies in order, and what they count.
class MessageQueueTest {
    private final MessageQueue queue = new MessageQueue();

    private static Copy copy(String text) {
        return FlowBench.copy(0, QoS.AT_LEAST_ONCE, text, Message.NEVER);
    }

    private List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (Copy copy = queue.first(); copy != null; copy = copy.next) {
            texts.add(copy.message().publish().topicName().toString());
        }
        return texts;
    }

    private Copy add(String text) {
        Copy copy = copy(text);
        queue.addLast(copy);
        return copy;
    }

    @Test
    void copiesLeaveFromAnywhereAndTheOthersKeepTheirOrder() {
        Copy a = add("a");
        add("b");
        Copy c = add("c");
        Copy d = add("d");
        queue.remove(c);
        assertThat(texts()).containsExactly("a", "b", "d");
        queue.remove(a);
        queue.remove(d);
        assertThat(texts()).containsExactly("b");
        queue.addLast(a);
        assertThat(texts()).containsExactly("b", "a");
        assertThat(queue.contains(a)).isTrue();
        assertThat(queue.contains(d)).isFalse();
    }

    @Test
    void aCopyStandsInOneListOnly() {
        Copy a = add("a");
        MessageQueue other = new MessageQueue();
        assertThatThrownBy(() -> other.addLast(a)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.remove(a)).isInstanceOf(IllegalStateException.class);
        queue.remove(a);
        other.addLast(a);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(other.size()).isEqualTo(1);
    }

    @Test
    void whatGoesAheadKeepsItsOrder() {
        add("c");
        MessageQueue ahead = new MessageQueue();
        ahead.addLast(copy("a"));
        ahead.addLast(copy("b"));
        queue.prepend(ahead);
        assertThat(texts()).containsExactly("a", "b", "c");
        assertThat(ahead.isEmpty()).isTrue();
        assertThat(queue.size()).isEqualTo(3);
        queue.remove(queue.first());
        assertThat(texts()).containsExactly("b", "c");
        assertThat(queue.bytes()).isEqualTo(copy("b").message().bytes() * 2);
    }

    @Test
    void whatGoesAheadOfNothingIsAllThereIs() {
        MessageQueue ahead = new MessageQueue();
        ahead.addLast(copy("a"));
        ahead.addLast(copy("b"));
        queue.prepend(ahead);
        add("c");
        assertThat(texts()).containsExactly("a", "b", "c");
    }

    @Test
    void messagesAndBytesAndQoS0AreCounted() {
        Copy a = add("a");
        Copy zero = FlowBench.copy(0, QoS.AT_MOST_ONCE, "longer", Message.NEVER);
        queue.addLast(zero);
        assertThat(queue.size()).isEqualTo(2);
        assertThat(queue.bytes()).isEqualTo(a.message().bytes() + zero.message().bytes());
        assertThat(queue.atMostOnce()).isEqualTo(1);
        queue.remove(zero);
        assertThat(queue.bytes()).isEqualTo(a.message().bytes());
        assertThat(queue.atMostOnce()).isZero();
        queue.remove(a);
        assertThat(queue.bytes()).isZero();
    }
}
