package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.PublishFrame;
import org.vencejo.protocol.ReasonCode;

/// What a session sends: window, identifiers, order, and what is sent again.
class OutboundFlowTest {
    private final FlowBench bench = new FlowBench();
    private final OutboundFlow flow = bench.flow;

    // ---- the window [MQTT-3.3.4-9]

    @Test
    void noMoreIsOpenThanThePeerTakesAndEachAnswerMakesRoom() {
        bench.connect(2);
        for (String text : List.of("a", "b", "c", "d", "e")) {
            bench.queue(text.equals("b") ? EXACTLY_ONCE : AT_LEAST_ONCE, text);
        }
        assertThat(bench.drain()).as("more could be sent at once").isFalse();
        assertThat(bench.sent()).containsExactly("1:a#1", "2:b#2");
        bench.puback(1);
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:c#3");
        bench.pubrec(2);
        bench.drain();
        assertThat(bench.sent()).containsExactly("rel#2"); // the slot is freed by PUBCOMP (B12)
        flow.pubcomp(2);
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:d#4");
    }

    @Test
    void aRefusalFreesTheSlotAndIsNotSentAgain() {
        bench.connect(1);
        bench.queue(EXACTLY_ONCE, "a");
        bench.queue(AT_LEAST_ONCE, "b");
        bench.queue(AT_LEAST_ONCE, "c");
        bench.drain();
        flow.pubrec(1, ReasonCode.UNSPECIFIED_ERROR, 0, 0);
        bench.drain();
        flow.puback(2, ReasonCode.QUOTA_EXCEEDED);
        bench.drain();
        assertThat(bench.sent()).containsExactly("2:a#1", "1:b#2", "1:c#3"); // [MQTT-4.3.3-4]
        assertThat(bench.accounting.endedBy(Fate.REFUSED)).isEqualTo(2);
        flow.disconnected();
        bench.connect(1);
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:c#3+"); // [MQTT-4.4.0-2]
    }

    @Test
    void tenThousandMessagesLaterTheWindowIsStillOne() {
        bench.connect(1);
        bench.sizeMax = 10;
        for (int i = 0; i < 10_000; i++) {
            boolean exactlyOnce = i % 4 >= 2;
            bench.queue(
                    exactlyOnce ? EXACTLY_ONCE : AT_LEAST_ONCE, i % 4 == 1 ? "too large" : "ok");
            bench.drain();
            int identifier = 1 + i;
            switch (i % 4) {
                case 0 -> bench.puback(identifier);
                case 2 -> flow.pubrec(identifier, ReasonCode.UNSPECIFIED_ERROR, 0, 0);
                case 3 -> {
                    bench.pubrec(identifier);
                    flow.pubcomp(identifier);
                }
                default -> {} // [MQTT-3.1.2-25]: as if it were done
            }
        }
        bench.sent();
        for (String text : List.of("a", "b")) {
            bench.queue(AT_LEAST_ONCE, text);
        }
        bench.drain();
        assertThat(bench.sent()).hasSize(1);
    }

    // ---- order

    @Test
    void aQoS2MessageThatWaitsForTheJournalHoldsBackWhatIsBehindIt() {
        bench.journals = true;
        bench.connect(10);
        bench.queue(AT_LEAST_ONCE, "a"); // QoS 1 does not wait
        bench.queue(EXACTLY_ONCE, "b");
        bench.queue(AT_LEAST_ONCE, "c");
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:a#1");
        assertThat(flow.waitsForJournal(1)).isTrue();
        assertThat(flow.waitsForJournal(2)).as("b is the second").isFalse();
        bench.durable = bench.appended;
        bench.drain();
        assertThat(bench.sent()).containsExactly("2:b#2", "1:c#3");
        assertThat(flow.waitsForJournal(0)).as("nothing is left").isFalse();
    }

    @Test
    void aPubrelWaitsForTheJournalAndAnotherPubrecBringsNoMore() {
        bench.journals = true;
        bench.connect(10);
        bench.queue(EXACTLY_ONCE, "a");
        bench.durable = bench.appended;
        bench.drain();
        bench.sent();
        bench.pubrec(1);
        assertThat(bench.sent()).isEmpty();
        bench.journalWentOn();
        assertThat(bench.sent()).containsExactly("rel#1");
        bench.pubrec(1);
        assertThat(bench.sent()).containsExactly("rel#1");
        assertThat(bench.appended).isEqualTo(2);
    }

    @Test
    void aSliceSendsSoManyAndSaysThatThereIsMore() {
        bench.connect(10);
        for (String text : List.of("a", "b", "c")) {
            bench.queue(AT_LEAST_ONCE, text);
        }
        assertThat(bench.drain(2)).isTrue();
        assertThat(bench.sent()).hasSize(2);
        assertThat(bench.drain(2)).isFalse();
        assertThat(bench.sent()).hasSize(1);
    }

    @Test
    void whatIsAheadGoesBeforeTheQueueAndAHeldQueueWaits() {
        bench.connect(10);
        flow.holdQueue(true);
        bench.queue(AT_LEAST_ONCE, "live");
        bench.queueAhead(AT_LEAST_ONCE, "kept");
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:kept#1");
        flow.holdQueue(false);
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:live#8192"); // behind all places ahead
    }

    @Test
    void qos0DoesNotOvertakeQoS0ThatWaited() {
        bench.connect(1);
        bench.queue(AT_LEAST_ONCE, "open");
        bench.drain();
        assertThat(flow.isReadyForAtMostOnce()).isTrue();
        flow.holdQueue(true);
        assertThat(flow.isReadyForAtMostOnce()).isFalse();
        bench.queue(AT_LEAST_ONCE, "waits");
        bench.queue(AT_MOST_ONCE, "first");
        flow.holdQueue(false);
        assertThat(flow.isReadyForAtMostOnce()).isFalse(); // [MQTT-4.6.0-5]
        bench.puback(1);
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:open#1", "1:waits#8193", "0:first");
        assertThat(flow.isReadyForAtMostOnce()).isTrue();
    }

    @Test
    void qos0IsDroppedFromTheQueueOfWhoIsAwayAndNothingElseIs() {
        bench.queue(AT_MOST_ONCE, "zero 1");
        bench.queue(AT_LEAST_ONCE, "one");
        bench.queue(AT_MOST_ONCE, "zero 2");
        bench.queue(EXACTLY_ONCE, "two");
        flow.dropAtMostOnce();
        assertThat(bench.ended).containsExactly("OFFLINE:zero 1", "OFFLINE:zero 2"); // (B36)
        assertThat(flow.isConnected()).isFalse();
        bench.connect(10);
        assertThat(flow.isConnected()).isTrue();
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:one#2", "2:two#4");
    }

    // ---- identifiers [MQTT-2.2.1-4]

    @Test
    void anOpenIdentifierIsNeverUsedAgain() {
        bench.connect(65_535);
        bench.queue(AT_LEAST_ONCE, "open");
        bench.drain();
        Set<String> used = new HashSet<>(List.of("#1"));
        for (int i = 0; i < 140_000; i++) {
            bench.queue(AT_LEAST_ONCE, "m");
            bench.flow.drain(0, 0, 0, 1);
            String identifier = bench.sent.removeLast().replace("1:m", "");
            assertThat(used.add(identifier)).isTrue();
            bench.puback(Integer.parseInt(identifier.substring(1)));
            used.remove(identifier);
            bench.published.clear();
            bench.aliases.clear();
            bench.ended.clear();
        }
        assertThat(flow.inFlightCount()).isEqualTo(1);
    }

    @Test
    void withAllIdentifiersOpenNothingIsSent() {
        bench.connect(100_000);
        for (int i = 0; i < 65_536; i++) {
            bench.queue(AT_LEAST_ONCE, "m");
        }
        while (bench.drain()) {
            bench.published.clear();
        }
        assertThat(bench.sent()).hasSize(65_535);
        assertThat(flow.hasRoom()).isFalse();
        bench.puback(777);
        assertThat(flow.hasRoom()).isTrue();
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:m#777");
    }

    // ---- answers that fit nothing

    @Test
    void anAnswerOfTheWrongKindIsAProtocolErrorAndChangesNothing() {
        bench.connect(10);
        bench.queue(AT_LEAST_ONCE, "one");
        bench.queue(EXACTLY_ONCE, "two");
        bench.drain();
        assertThatThrownBy(() -> bench.pubrec(1)).isInstanceOf(ProtocolViolation.class); // (B6)
        assertThatThrownBy(() -> bench.puback(2)).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> flow.pubcomp(1)).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> flow.pubcomp(2)).isInstanceOf(ProtocolViolation.class);
        assertThat(flow.inFlightCount()).isEqualTo(2);
        assertThat(flow.puback(9, ReasonCode.SUCCESS)).isNull(); // (B5)
        assertThat(flow.pubrec(9, ReasonCode.SUCCESS, 0, 0)).isNull();
        assertThat(flow.pubcomp(9)).isNull();
        bench.puback(1);
        bench.pubrec(2);
        flow.pubcomp(2);
        assertThat(bench.ended).containsExactly("DELIVERED:one", "DELIVERED:two");
    }

    // ---- size (B16, B18)

    @Test
    void whatIsTooLargeIsDroppedBeforeItTakesAnIdentifierAndEqualSizeIsSent() {
        bench.connect(1);
        bench.sizeMax = 8; // topic and payload of `four` are 8 bytes
        bench.queue(AT_LEAST_ONCE, "five5");
        bench.queue(AT_LEAST_ONCE, "four");
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:four#2");
        assertThat(bench.ended).containsExactly("TOO_LARGE:five5");
    }

    @Test
    void whatIsTooLargeForTheNewConnectionEndsAtResume() {
        bench.connect(2);
        bench.queue(AT_LEAST_ONCE, "five5");
        bench.queue(AT_LEAST_ONCE, "four");
        bench.drain();
        flow.disconnected();
        bench.sent();
        bench.sizeMax = 8;
        bench.connect(1);
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:four#2+");
        assertThat(flow.inFlightCount()).isEqualTo(1);
    }

    @Test
    void anAliasIsLeftOutIfOnlyItMakesTheMessageTooLarge() {
        bench.connect(10, new AliasesSent(5));
        bench.sizeMax = 8;
        bench.queue(AT_LEAST_ONCE, "four");
        bench.queue(AT_LEAST_ONCE, "two");
        bench.queue(AT_LEAST_ONCE, "two");
        bench.drain();
        assertThat(bench.aliases).containsExactly(0, 0, 0);
        bench.sizeMax = 9;
        bench.queue(AT_LEAST_ONCE, "two");
        bench.queue(AT_LEAST_ONCE, "two");
        bench.drain();
        assertThat(bench.aliases).containsExactly(0, 0, 0, 1, -1);
        flow.disconnected();
        bench.aliases.clear();
        bench.connect(10, new AliasesSent(5));
        bench.drain();
        assertThat(bench.aliases).containsOnly(0); // (B23): a repeat has its whole topic
    }

    @Test
    void aLargeMessageGoesWithoutAliasSoThatItIsNotCopiedForEachReceiver() {
        bench.connect(10, new AliasesSent(5));
        bench.queue(AT_LEAST_ONCE, "x".repeat(PublishFrame.COPY_MAX));
        bench.queue(AT_LEAST_ONCE, "x".repeat(PublishFrame.COPY_MAX + 1));
        bench.drain();
        assertThat(bench.aliases).containsExactly(1, 0);
    }

    @Test
    void whatIsSentAtOnceAndTooLargeEndsAndTakesNoPlaceInTheWindow() {
        bench.connect(1);
        bench.sizeMax = 8;
        bench.accounting.opened();
        flow.sendAtMostOnce(FlowBench.message(AT_MOST_ONCE, "five5"));
        bench.accounting.opened();
        flow.sendUnkept(FlowBench.message(AT_LEAST_ONCE, "five5"));
        assertThat(bench.accounting.endedBy(Fate.TOO_LARGE)).isEqualTo(2);
        assertThat(flow.inFlightCount()).isZero();
        assertThat(flow.isReady()).isTrue();
        bench.accounting.opened();
        flow.sendUnkept(FlowBench.message(AT_LEAST_ONCE, "four"));
        assertThat(bench.sent()).containsExactly("1:four#2");
        assertThat(bench.accounting.balances()).isTrue();
    }

    // ---- expiry and access

    @Test
    void aMessageExpiresWhileItWaitsAndNeverOnceItWasSent() {
        bench.connect(1);
        bench.queue(EXACTLY_ONCE, "sent", 1_000);
        bench.queue(EXACTLY_ONCE, "waits", 1_000);
        bench.queue(EXACTLY_ONCE, "later", 1_001);
        bench.drain();
        flow.disconnected();
        bench.sent();
        bench.wallMillis = 1_000;
        bench.connect(2);
        bench.drain();
        assertThat(bench.sent()).containsExactly("2:sent#1+", "2:later#3"); // [MQTT-4.3.3-7]
        assertThat(bench.ended).containsExactly("EXPIRED:waits"); // [MQTT-3.3.2-5]
    }

    @Test
    void whatIsLeftOfTheExpiryIsSentRoundedUpAndNeverZero() {
        bench.connect(10);
        Publish ten =
                FlowBench.message(AT_LEAST_ONCE, "ten")
                        .with(
                                FlowBench.message(AT_LEAST_ONCE, "ten").topicName(),
                                org.vencejo.protocol.Properties.NONE.with(
                                        Property.MESSAGE_EXPIRY_INTERVAL, 10));
        for (long wall : new long[] {0, 1, 3_999, 4_000, 9_999}) {
            bench.accounting.opened();
            flow.enqueue(
                    new Copy(
                            flow.takeSequence(),
                            new Message(ten, 10_000),
                            AT_LEAST_ONCE,
                            false,
                            new int[0]));
            bench.wallMillis = wall;
            bench.drain();
        }
        assertThat(bench.published)
                .extracting(FlowBench::expiry)
                .containsExactly(10L, 10L, 7L, 6L, 1L); // (B25)
    }

    @Test
    void whatThePeerMayNotReadAnyMoreIsDroppedFromTheQueue() {
        bench.queue(AT_LEAST_ONCE, "secret");
        bench.queue(AT_LEAST_ONCE, "open");
        bench.denied = "secret";
        bench.connect(10);
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:open#2");
        assertThat(bench.ended).containsExactly("ACCESS_DENIED:secret");
    }

    // ---- a slow peer

    @Test
    void nothingIsTakenFromTheQueueWhileTheOutBufferIsFullAndQoS0IsDropped() {
        bench.connect(10);
        bench.queue(AT_LEAST_ONCE, "a");
        assertThat(flow.canTakeAtMostOnce()).isTrue();
        bench.writable = false;
        assertThat(flow.canTakeAtMostOnce()).isFalse();
        assertThat(bench.drain()).as("more could be sent at once").isFalse();
        bench.accounting.opened();
        flow.sendAtMostOnce(FlowBench.message(AT_MOST_ONCE, "dropped"));
        assertThat(bench.sent()).isEmpty();
        assertThat(bench.accounting.endedBy(Fate.QUEUE_FULL)).isEqualTo(1);
        bench.writable = true;
        bench.accounting.opened();
        flow.sendAtMostOnce(FlowBench.message(AT_MOST_ONCE, "sent"));
        bench.drain();
        assertThat(bench.sent()).containsExactly("0:sent", "1:a#1");
        assertThat(bench.accounting.endedBy(Fate.DELIVERED)).isEqualTo(1);
    }

    // ---- a session that keeps nothing

    @Test
    void anUnkeptMessageIsAnsweredLikeAnyOtherAndEndsWithTheSession() {
        bench.connect(3);
        for (int i = 0; i < 3; i++) {
            assertThat(flow.isReady()).isTrue();
            bench.accounting.opened();
            flow.sendUnkept(FlowBench.message(i == 0 ? AT_LEAST_ONCE : EXACTLY_ONCE, "m" + i));
        }
        assertThat(flow.isReady()).isFalse();
        bench.puback(1);
        bench.pubrec(2);
        bench.pubrec(2);
        assertThat(bench.sent()).containsExactly("1:m0#1", "2:m1#2", "2:m2#3", "rel#2", "rel#2");
        assertThatThrownBy(() -> bench.puback(3)).isInstanceOf(ProtocolViolation.class);
        flow.pubcomp(2);
        assertThat(flow.end(false)).isEqualTo(1);
        assertThat(bench.accounting.endedBy(Fate.DELIVERED)).isEqualTo(2);
        assertThat(bench.accounting.endedBy(Fate.SESSION_ENDED)).isEqualTo(1);
        assertThat(bench.accounting.balances()).isTrue();
    }
}
