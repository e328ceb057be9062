package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names that came twice are found again by their bytes, and the cache stays as small as it was
/// made.
class TopicCacheTest {

    @Test
    void theSameBytesAreTheSameName() {
        TopicCache topics = new TopicCache(64);
        for (int length = 1; length < 40; length++) {
            String text = "abcdefghijklmnopqrstuvwxyz0123456789/-_.~".substring(0, length);
            assertThat(get(topics, text)).hasToString(text);
            TopicName name = get(topics, text);
            assertThat(name).hasToString(text);
            assertThat(get(topics, text)).as(text).isSameAs(name);
        }
    }

    @Test
    void namesThatDifferInOneByteAreTold() {
        TopicCache topics = new TopicCache(2);
        for (int length = 1; length < 40; length++) {
            String text = "x".repeat(length);
            get(topics, text);
            get(topics, text);
            for (int at = 0; at < length; at++) {
                String other = "x".repeat(at) + "y" + "x".repeat(length - at - 1);
                assertThat(get(topics, other)).hasToString(other);
            }
            assertThat(get(topics, text + "x")).hasToString(text + "x");
        }
    }

    @Test
    void aFullCacheStillAnswersRight() {
        TopicCache topics = new TopicCache(4);
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 100; i++) {
                assertThat(get(topics, "topic/" + i)).hasToString("topic/" + i);
            }
        }
    }

    @Test
    void twoNamesThatAreUsedInTurnStayEvenInTheSmallestCache() {
        TopicCache topics = new TopicCache(2);
        get(topics, "topic/one");
        get(topics, "topic/two");
        TopicName one = get(topics, "topic/one");
        TopicName two = get(topics, "topic/two");
        for (int i = 0; i < 10; i++) {
            assertThat(get(topics, "topic/one")).isSameAs(one);
            assertThat(get(topics, "topic/two")).isSameAs(two);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%d",
                "t/%d",
                "%d/temp",
                "building/%d/floor",
                "building/floor/%d",
                "s%03d/%1$03d"
            })
    void namesThatAreAlikeTakePlacesOfTheirOwn(String pattern) {
        TopicCache topics = new TopicCache(8_192);
        List<TopicName> names = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            get(topics, pattern.formatted(i));
        }
        for (int i = 0; i < 1_000; i++) {
            names.add(get(topics, pattern.formatted(i)));
        }
        int found = 0;
        for (int i = 0; i < 1_000; i++) {
            found += get(topics, pattern.formatted(i)) == names.get(i) ? 1 : 0;
        }
        assertThat(found).as("of a thousand").isGreaterThan(950);
    }

    /// As in a flood, where each message has a topic of its own.
    @Test
    void namesThatComeOncePushNobodyOut() {
        TopicCache topics = new TopicCache(8_192);
        List<TopicName> names = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            get(topics, "sensor/" + i);
        }
        for (int i = 0; i < 1_000; i++) {
            names.add(get(topics, "sensor/" + i));
        }
        for (int i = 0; i < 100_000; i++) {
            get(topics, "flood/" + i);
        }
        int found = 0;
        for (int i = 0; i < 1_000; i++) {
            found += get(topics, "sensor/" + i) == names.get(i) ? 1 : 0;
        }
        assertThat(found).as("of a thousand").isGreaterThan(900);
    }

    @Test
    void longNamesAreNotKept() {
        TopicCache topics = new TopicCache(2);
        String longest = "x".repeat(TopicCache.LENGTH_MAX);
        get(topics, longest);
        get(topics, longest + "x");
        assertThat(get(topics, longest)).isSameAs(get(topics, longest));
        assertThat(get(topics, longest + "x"))
                .isNotSameAs(get(topics, longest + "x"))
                .hasToString(longest + "x");
    }

    @Test
    void badNamesAreRefusedEveryTime() {
        TopicCache topics = new TopicCache(2);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> get(topics, "a/+")).isInstanceOf(ProtocolViolation.class);
            assertThatThrownBy(() -> get(topics, "a\u0000")).isInstanceOf(ProtocolViolation.class);
        }
    }

    @Test
    void theSizeIsAPowerOfTwo() {
        assertThatThrownBy(() -> new TopicCache(3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TopicCache(1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static TopicName get(TopicCache topics, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ByteBuf in = Unpooled.buffer().writeByte('?').writeBytes(utf8).capacity(utf8.length + 1);
        return topics.get(in, 1, utf8.length, ProtocolVersion.MQTT_5);
    }
}
