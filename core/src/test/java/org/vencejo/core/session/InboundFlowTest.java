package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.session.InboundFlow.Arrival.IDENTIFIER_IN_USE;
import static org.vencejo.core.session.InboundFlow.Arrival.NEW;
import static org.vencejo.core.session.InboundFlow.Arrival.RECEIVE_MAXIMUM_EXCEEDED;
import static org.vencejo.core.session.InboundFlow.Arrival.REPEATED;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.InboundFlow.Arrival;
import org.vencejo.protocol.QoS;

/// What a PUBLISH is to the session that receives it.
class InboundFlowTest {
    private final FlowBench owner = new FlowBench();
    private final InboundFlow flow = new InboundFlow(owner);

    @BeforeEach
    void connect() {
        owner.journals = true;
        flow.connected(3);
    }

    private Arrival look(QoS qos, int identifier) {
        return look(qos, identifier, 0);
    }

    private Arrival look(QoS qos, int identifier, int unanswered) {
        return flow.look(FlowBench.message(qos, "t").sentAs(identifier, false), unanswered);
    }

    @Test
    void aQoS2IdentifierIsTakenUntilPubrel() {
        assertThat(look(EXACTLY_ONCE, 7)).isEqualTo(NEW);
        flow.take(7);
        assertThat(look(EXACTLY_ONCE, 7)).isEqualTo(REPEATED); // [MQTT-4.3.3-10]
        assertThat(look(AT_LEAST_ONCE, 7)).isEqualTo(IDENTIFIER_IN_USE); // (B34)
        assertThat(flow.isTaken(7)).isTrue();
        assertThat(flow.release(7)).isTrue();
        assertThat(flow.release(7)).isFalse(); // (B3)
        assertThat(look(EXACTLY_ONCE, 7)).isEqualTo(NEW); // [MQTT-4.3.3-12]
        assertThat(look(AT_LEAST_ONCE, 7)).isEqualTo(NEW);
    }

    @Test
    void openExchangesOfBothKindsCountAgainstTheReceiveMaximum() {
        flow.take(1);
        assertThat(look(EXACTLY_ONCE, 2, 1)).isEqualTo(NEW);
        assertThat(look(EXACTLY_ONCE, 2, 2)).isEqualTo(RECEIVE_MAXIMUM_EXCEEDED); // U5-29
        assertThat(look(EXACTLY_ONCE, 1, 2)).isEqualTo(REPEATED); // is no further one
        flow.release(1);
        assertThat(look(EXACTLY_ONCE, 2, 2)).isEqualTo(NEW);
    }

    @Test
    void theQuotaStartsAnewAndNeverGrowsBeyondItsStart() {
        flow.take(1);
        flow.take(2);
        flow.connected(2);
        flow.release(1);
        flow.release(2); // of the connection before
        flow.take(3);
        flow.take(4);
        assertThat(look(EXACTLY_ONCE, 5)).isEqualTo(RECEIVE_MAXIMUM_EXCEEDED); // U5-30
    }

    @Test
    void identifiersOutliveConnectionsAndRestarts() {
        flow.take(7);
        flow.connected(3);
        assertThat(look(EXACTLY_ONCE, 7)).isEqualTo(REPEATED);
        InboundFlow recovered = new InboundFlow(owner);
        for (int identifier : flow.identifiersTaken()) {
            recovered.recover(identifier);
        }
        recovered.connected(3);
        assertThat(recovered.isTaken(7)).isTrue();
        assertThat(recovered.isTaken(8)).isFalse();
        assertThat(recovered.isEmpty()).isFalse();
        assertThat(recovered.release(7)).isTrue();
        assertThat(recovered.isEmpty()).isTrue();
    }

    @Test
    void eachChangeIsWrittenAndAnswersWaitForTheLast() {
        assertThat(flow.lastNumber()).isZero();
        flow.take(7);
        flow.take(8);
        assertThat(flow.lastNumber()).isEqualTo(2);
        flow.release(7);
        assertThat(flow.lastNumber()).isEqualTo(3);
        flow.release(7);
        assertThat(flow.lastNumber()).isEqualTo(3);
    }
}
