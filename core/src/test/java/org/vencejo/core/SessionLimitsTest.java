package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.cleanStart;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.unsubscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;

/// What sessions occupy beside their queues is bounded, for each of them and for all together.
class SessionLimitsTest {
    /// One of these counts 128 + 2 x 300 + 64.
    private static final String LONG_FILTER = "x".repeat(299);

    @Test
    void theSubscriptionsOfASessionHaveSoManyBytes() {
        Bench bench = Bench.with("subscriptionsBytesMax", 1_600);
        Connection client = bench.connect("client", 0);
        Connection other = bench.connect("other", 0);

        assertThat(asked(bench, client, LONG_FILTER + "1")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        assertThat(asked(bench, client, LONG_FILTER + "2")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        assertThat(asked(bench, client, LONG_FILTER + "3")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(asked(bench, client, LONG_FILTER + "2")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        assertThat(asked(bench, other, LONG_FILTER + "3")).isEqualTo(ReasonCode.GRANTED_QOS_1);

        bench.in(client, unsubscribe(9, LONG_FILTER + "1"));
        assertThat(asked(bench, client, LONG_FILTER + "3")).isEqualTo(ReasonCode.GRANTED_QOS_1);
    }

    /// Levels cost more than their bytes.
    @Test
    void aDeepFilterCountsItsLevels() {
        Bench bench = Bench.with("subscriptionsBytesMax", 1_600);
        Connection client = bench.connect("client", 0);
        assertThat(asked(bench, client, "+/".repeat(30) + "+"))
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(asked(bench, client, "+/".repeat(10) + "+")).isEqualTo(ReasonCode.GRANTED_QOS_1);
    }

    @Test
    void allSessionsHaveSoManyBytesTogether() {
        Bench bench = Bench.with("sessionsBytesMax", 1_300);
        Connection a = bench.connect("a", 100);
        Connection b = bench.connect("b", 0);
        assertThat(code(bench, connect("c", 0))).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(asked(bench, a, LONG_FILTER)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(asked(bench, a, "t")).isEqualTo(ReasonCode.GRANTED_QOS_1);

        // Who has a session comes back to it.
        bench.cut(a);
        assertThat(code(bench, connect("a", 100))).isEqualTo(ReasonCode.SUCCESS);
        bench.cut(b);
        assertThat(code(bench, connect("c", 0))).isEqualTo(ReasonCode.SUCCESS);
    }

    /// However much a few subscribe to, others come in and subscribe to what they need.
    @Test
    void theLastQuarterIsForThoseWhoHaveLittle() {
        Bench bench = Bench.with("sessionsBytesMax", 100_000);
        Connection greedy = bench.connect("greedy", 0);
        int granted = 0;
        while (asked(bench, greedy, LONG_FILTER + granted) == ReasonCode.GRANTED_QOS_1) {
            granted++;
        }
        assertThat(bench.server.sessionBytes()).isBetween(74_000L, 75_000L);

        Connection modest = bench.connect("modest", 0);
        assertThat(asked(bench, modest, LONG_FILTER)).isEqualTo(ReasonCode.GRANTED_QOS_1);
        assertThat(asked(bench, modest, "t")).isEqualTo(ReasonCode.GRANTED_QOS_1);
        while (asked(bench, modest, LONG_FILTER + granted) == ReasonCode.GRANTED_QOS_1) {
            granted++;
        }
        assertThat(bench.server.sessionBytes())
                .as("the last eighth is for those who have hardly anything")
                .isBetween(86_000L, 87_500L);

        Connection last = bench.connect("last", 0);
        assertThat(asked(bench, last, LONG_FILTER)).isEqualTo(ReasonCode.GRANTED_QOS_1);
    }

    /// Clients with a filter each take what there is, but for what it takes to connect.
    @Test
    void theLastSixteenthIsForThoseWhoCome() {
        Bench bench = Bench.with("sessionsBytesMax", 100_000);
        ReasonCode last = ReasonCode.GRANTED_QOS_1;
        for (int i = 0; last == ReasonCode.GRANTED_QOS_1; i++) {
            last = asked(bench, bench.connect("c" + i, 0), "t/" + i);
        }
        assertThat(last).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(bench.server.sessionBytes()).isBetween(93_000L, 94_500L);
        assertThat(code(bench, connect("late", 0))).isEqualTo(ReasonCode.SUCCESS);
        Connect large =
                with(connect("large", 0), will("w/" + "x".repeat(2_000), QoS.AT_MOST_ONCE, 0));
        assertThat(code(bench, large)).as("with a large will").isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @ParameterizedTest
    @CsvSource({
        " 2048, true,  1600",
        " 2048, false, 1500",
        " 2049, true,  1400",
        " 2049, false, 1400",
        "16384, false, 1400",
        "16385, true,  1200",
        "16385, false, 1200",
    })
    void whoHasMoreLeavesMore(long bytes, boolean comes, long ofAll) {
        assertThat(SessionBytes.ofAllFor(bytes, comes, 1_600)).isEqualTo(ofAll);
    }

    @Test
    void aWillCounts() {
        Bench bench = Bench.with("sessionsBytesMax", 600);
        Connect large = with(connect("a", 100), will("w/" + "x".repeat(200), QoS.AT_MOST_ONCE, 0));
        assertThat(code(bench, large)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        Connect small = with(connect("a", 100), will("w/x", QoS.AT_MOST_ONCE, 0));
        assertThat(code(bench, small)).isEqualTo(ReasonCode.SUCCESS);
    }

    /// It takes the place of the one before.
    @Test
    void theSameWillAgainIsNothingNew() {
        Connect connect = with(connect("a", 100), will("w/x", QoS.AT_MOST_ONCE, 50));
        Bench measured = new Bench();
        measured.connect(connect);
        Bench bench = Bench.with("sessionsBytesMax", measured.server.sessionBytes());
        bench.cut(bench.connect(connect));
        assertThat(code(bench, connect)).isEqualTo(ReasonCode.SUCCESS);
        Connect larger = with(connect("a", 100), will("w/xx", QoS.AT_MOST_ONCE, 50));
        assertThat(code(bench, larger)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void whatASessionOccupiedIsFreeAfterIt() {
        Bench bench = new Bench();
        for (int i = 0; i < 3; i++) {
            Connect connect = with(connect("a", 100), will("w/x", QoS.AT_MOST_ONCE, 5));
            Connection taken = bench.connect(connect);
            asked(bench, taken, "t/1");
            asked(bench, taken, "t/1");
            asked(bench, taken, "$share/g/t");
            bench.in(taken, unsubscribe(9, "t/1"));
            bench.in(taken, unsubscribe(10, "never/subscribed"));
            bench.connect(connect);
            bench.cut(bench.connect(cleanStart(connect)));
            Connection b = bench.connect(with(connect("b", 0), will("w/b", QoS.AT_MOST_ONCE, 0)));
            asked(bench, b, "t/1");
            bench.disconnect(b);
        }
        assertThat(bench.server.sessions()).isEqualTo(1);
        assertThat(bench.server.sessionBytes()).isPositive();
        bench.pass(101_000);
        assertThat(bench.server.sessions()).isZero();
        assertThat(bench.server.sessionBytes()).isZero();
    }

    @Test
    void whatIsFoundAtTheStartCountsAsBefore() {
        Bench bench = new Bench();
        Connection a = bench.connect(with(connect("a", 100), will("w/x", QoS.AT_MOST_ONCE, 50)));
        asked(bench, a, "t/1");
        long bytes = bench.server.sessionBytes();
        Bench after =
                new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, bench.server.durableState());
        assertThat(after.server.sessionBytes()).isEqualTo(bytes);
    }

    private static ReasonCode asked(Bench bench, Connection client, String filter) {
        bench.in(client, subscribe(filter, QoS.AT_LEAST_ONCE));
        return bench.to(client, Suback.class).getLast().reasonCodes().getFirst();
    }

    private static ReasonCode code(Bench bench, Connect connect) {
        Connection connection = bench.connect(connect);
        return bench.to(connection, Connack.class).getLast().reasonCode();
    }
}
