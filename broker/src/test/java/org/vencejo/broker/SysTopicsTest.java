package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vencejo.broker.SysSnapshot.Copies;
import org.vencejo.broker.SysSnapshot.Holdings;
import org.vencejo.broker.SysSnapshot.Packets;
import org.vencejo.broker.SysSnapshot.Running;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;
import org.vencejo.storage.StoreStatistics;

/// What a snapshot becomes below `$SYS/broker/`.
class SysTopicsTest {
    /// Every number once, so that none can stand in for another.
    private static final SysSnapshot SNAPSHOT =
            new SysSnapshot(
                    new Running(
                            "1.2.3",
                            42,
                            101,
                            102,
                            103,
                            new StoreStatistics(701, 702, null, 703, 704, 705, 706, 707, 708)),
                    new Traffic(
                            201,
                            202,
                            203,
                            204,
                            205,
                            209,
                            207,
                            208,
                            206,
                            new Traffic.AtTheDoor(
                                    Map.of(Refusal.ADDRESS_RATE, 210L), 218, 211, 212),
                            213,
                            new Traffic.Memory(213, 214, 3, 215, 216, 217)),
                    new Holdings(301, 302, 350, 304, 345, 40, 306, 307, 308),
                    new Packets(
                            401,
                            402,
                            403,
                            404,
                            410,
                            405,
                            406,
                            407,
                            408,
                            411,
                            412,
                            413,
                            414,
                            new EnumMap<>(Map.of(ReasonCode.QUOTA_EXCEEDED, 409L))),
                    new Copies(501, 502, 503, 504, 507, 505, 506, fates()),
                    new AuthenticationThreads.Counts(801, 802, 803, 804, 805, 806, 807, 808, 809),
                    Map.of("load/sockets/5min", "0.70"));

    private static Map<Fate, Long> fates() {
        Map<Fate, Long> fates = new EnumMap<>(Fate.class);
        for (Fate fate : Fate.values()) {
            fates.put(fate, 600L + fate.ordinal());
        }
        return fates;
    }

    @Test
    void aSnapshotBecomesTopicsAndValues() {
        assertThat(
                        SysTopics.of(SNAPSHOT).entrySet().stream()
                                .map(e -> e.getKey() + "=" + e.getValue()))
                .containsExactly(
                        "$SYS/broker/version=vencejo 1.2.3",
                        "$SYS/broker/uptime=42 seconds",
                        "$SYS/broker/clients/connected=301",
                        "$SYS/broker/clients/active=301",
                        "$SYS/broker/clients/disconnected=49",
                        "$SYS/broker/clients/inactive=49",
                        "$SYS/broker/clients/total=350",
                        "$SYS/broker/clients/maximum=302",
                        "$SYS/broker/clients/expired=304",
                        "$SYS/broker/connections/open=203",
                        "$SYS/broker/connections/accepted=204",
                        "$SYS/broker/connections/refused=205",
                        "$SYS/broker/connections/told=218",
                        "$SYS/broker/connections/connecting=211",
                        "$SYS/broker/connections/pushed-out=212",
                        "$SYS/broker/connections/waiting=213",
                        "$SYS/broker/authentication/right=801",
                        "$SYS/broker/authentication/wrong=802",
                        "$SYS/broker/authentication/hashed=803",
                        "$SYS/broker/authentication/delayed=804",
                        "$SYS/broker/authentication/unavailable=805",
                        "$SYS/broker/authentication/bans=806",
                        "$SYS/broker/authentication/banned=807",
                        "$SYS/broker/authentication/user-bans=808",
                        "$SYS/broker/authentication/users-banned=809",
                        "$SYS/broker/authentication/expired=412",
                        "$SYS/broker/connections/proxy-failed=209",
                        "$SYS/broker/connections/tls-failed=207",
                        "$SYS/broker/connections/upgrade-failed=208",
                        "$SYS/broker/buffers/bytes=206",
                        "$SYS/broker/bytes/received=201",
                        "$SYS/broker/bytes/sent=202",
                        "$SYS/broker/messages/received=401",
                        "$SYS/broker/messages/sent=402",
                        "$SYS/broker/publish/messages/received=403",
                        "$SYS/broker/publish/messages/sent=404",
                        "$SYS/broker/publish/messages/dropped=1205",
                        "$SYS/broker/publish/bytes/received=405",
                        "$SYS/broker/publish/bytes/sent=406",
                        "$SYS/broker/subscriptions/count=305",
                        "$SYS/broker/shared_subscriptions/count=40",
                        "$SYS/broker/retained messages/count=306",
                        "$SYS/broker/messages/stored=1314",
                        "$SYS/broker/store/messages/count=1314",
                        "$SYS/broker/store/messages/bytes=811",
                        "$SYS/broker/store/status=available",
                        "$SYS/broker/store/disk/bytes=701",
                        "$SYS/broker/store/batches=703",
                        "$SYS/broker/store/syncs=704",
                        "$SYS/broker/store/bytes/written=705",
                        "$SYS/broker/store/reads=706",
                        "$SYS/broker/store/reads/failing=707",
                        "$SYS/broker/store/reads/failed=708",
                        "$SYS/broker/store/sessions/bytes=308",
                        "$SYS/broker/memory/percent=214",
                        "$SYS/broker/memory/mark=3",
                        "$SYS/broker/memory/marks/accepting=215",
                        "$SYS/broker/memory/marks/reading=216",
                        "$SYS/broker/memory/marks/qos0=217",
                        "$SYS/broker/heap/current=101",
                        "$SYS/broker/heap/maximum=102",
                        "$SYS/broker/heap/limit=103",
                        "$SYS/broker/messages/copies=501",
                        "$SYS/broker/messages/own/no-subscriber=506",
                        "$SYS/broker/messages/recovered=502",
                        "$SYS/broker/messages/queued=503",
                        "$SYS/broker/messages/queued/bytes=504",
                        "$SYS/broker/messages/queued/bytes-in-memory=507",
                        "$SYS/broker/messages/in-flight=505",
                        "$SYS/broker/acknowledgements/stray=407",
                        "$SYS/broker/retries=408",
                        "$SYS/broker/rates/held/in=413",
                        "$SYS/broker/rates/held/out=414",
                        "$SYS/broker/subscriptions/ended-by-access-rules=411",
                        "$SYS/broker/connections/refused/full=0",
                        "$SYS/broker/connections/refused/listener-full=0",
                        "$SYS/broker/connections/refused/address-full=0",
                        "$SYS/broker/connections/refused/rate=0",
                        "$SYS/broker/connections/refused/address-rate=210",
                        "$SYS/broker/connections/refused/memory=0",
                        "$SYS/broker/connections/refused/banned=0",
                        "$SYS/broker/connections/refused/stopping=0",
                        "$SYS/broker/load/sockets/5min=0.70",
                        "$SYS/broker/messages/fate/delivered=600",
                        "$SYS/broker/messages/fate/expired=601",
                        "$SYS/broker/messages/fate/queue-full=602",
                        "$SYS/broker/messages/fate/memory-short=603",
                        "$SYS/broker/messages/fate/too-large=604",
                        "$SYS/broker/messages/fate/refused=605",
                        "$SYS/broker/messages/fate/access-denied=606",
                        "$SYS/broker/messages/fate/session-ended=607",
                        "$SYS/broker/messages/fate/no-subscriber=608",
                        "$SYS/broker/messages/fate/offline=609",
                        "$SYS/broker/refused/0x97=409");
    }

    @Test
    void everyTopicIsATopicNameOfItsOwn() {
        assertThat(SysTopics.ALL).extracting(SysTopics.Topic::name).doesNotHaveDuplicates();
        assertThat(SysTopics.ALL)
                .allSatisfy(topic ->
                        assertThat(TopicName.of(SysTopics.ROOT + topic.name())).isNotNull());
    }

    @Test
    void theDocumentNamesThemAll() {
        GeneratedDocument.check(
                "sys-topics.md",
                """
                # What the broker tells below `$SYS`

                %s
                The broker publishes these topics retained, at QoS 0, every `sys-interval` (10 s unless the [configuration](configuration.md) says otherwise), and only those whose value changed.
                `#` does not match them; `$SYS/#` does. Clients may not publish below `$SYS/`.
                Numbers are decimal text and count from the start of the broker unless they say what there is now.
                Names that other brokers use mean the same here.

                A *load* is how much a counter rises in a minute, as an average over the last 1, 5 or 15 minutes in which what is older counts less; it is computed at each publication.
                A *copy* is what one session gets of a message. Every copy is in one place: `messages/copies` + `messages/recovered` = `messages/queued` + `messages/in-flight` + all of `messages/fate/`, in every snapshot.

                %s\
                """
                        .formatted(
                                GeneratedDocument.header(
                                        "the table in org.vencejo.broker.SysTopics",
                                        "SysTopicsTest"),
                                GeneratedDocument.table(
                                        List.of("Topic below `$SYS/broker/`", "What it tells"),
                                        SysTopics.ALL.stream()
                                                .map(topic ->
                                                        List.of(
                                                                "`" + topic.name() + "`",
                                                                topic.description()))
                                                .toList())));
    }
}
