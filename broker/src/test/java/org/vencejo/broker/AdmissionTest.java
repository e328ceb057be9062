package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Limits;

/// How many connections are let in, from an address and in a second. Time is a value here.
class AdmissionTest {
    private static final long SECOND = 1_000_000_000L;

    private static final InetAddress MALLORY = InetAddress.ofLiteral("192.0.2.66");
    private static final InetAddress HOME = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

    private long now = Long.MAX_VALUE - SECOND / 2; // clocks may wrap
    private Admission admission = with(3, 0, 0, false);

    private Admission with(int perAddress, int rate, int perAddressRate, boolean loopback) {
        return new Admission(
                new Limits.Admission(perAddress, rate, perAddressRate, 100, 10, loopback), now);
    }

    @Test
    void anAddressHasSoManyConnectionsAtATimeAndOthersHaveTheirOwn() {
        assertThat(enter(MALLORY, 4)).containsExactly(null, null, null, Refusal.ADDRESS_FULL);
        assertThat(enter(HOME, 1)).containsExactly((Refusal) null);
        admission.left(MALLORY, now);
        assertThat(enter(MALLORY, 2)).containsExactly(null, Refusal.ADDRESS_FULL);
    }

    @Test
    void anIpv6CustomerIsOneAddressWhateverItChoosesBelow() {
        for (int i = 0; i < 3; i++) {
            assertThat(enter(InetAddress.ofLiteral("2001:db8:0:7::" + i), 1))
                    .containsExactly((Refusal) null);
        }
        assertThat(enter(InetAddress.ofLiteral("2001:db8:0:7:ffff::1"), 1))
                .containsExactly(Refusal.ADDRESS_FULL);
        assertThat(enter(InetAddress.ofLiteral("2001:db8:0:8::1"), 1))
                .containsExactly((Refusal) null);
    }

    @Test
    void newConnectionsComeAtSuchARateFromAnAddress() {
        admission = with(100, 0, 2, false);
        assertThat(enter(MALLORY, 3)).containsExactly(null, null, Refusal.ADDRESS_RATE);
        assertThat(enter(HOME, 1)).containsExactly((Refusal) null);
        now += SECOND / 2;
        assertThat(enter(MALLORY, 2)).containsExactly(null, Refusal.ADDRESS_RATE);
    }

    @Test
    void theRateIsRememberedWhenTheLastConnectionIsGone() {
        admission = with(100, 0, 2, false);
        for (int i = 0; i < 2; i++) {
            assertThat(enter(MALLORY, 1)).containsExactly((Refusal) null);
            admission.left(MALLORY, now);
        }
        assertThat(enter(MALLORY, 1)).containsExactly(Refusal.ADDRESS_RATE);
    }

    @Test
    void newConnectionsComeAtSuchARateInAllAndARefusedOneTakesNothingOfIt() {
        admission = with(1, 3, 0, false);
        assertThat(enter(MALLORY, 5))
                .containsExactly(
                        null,
                        Refusal.ADDRESS_FULL,
                        Refusal.ADDRESS_FULL,
                        Refusal.ADDRESS_FULL,
                        Refusal.ADDRESS_FULL);
        assertThat(enter(HOME, 1)).containsExactly((Refusal) null);
        assertThat(enter(InetAddress.ofLiteral("192.0.2.2"), 1)).containsExactly((Refusal) null);
        assertThat(enter(InetAddress.ofLiteral("192.0.2.3"), 1)).containsExactly(Refusal.RATE);
        now += SECOND / 3;
        assertThat(enter(InetAddress.ofLiteral("192.0.2.3"), 1)).containsExactly((Refusal) null);
    }

    @Test
    void thisMachineIsLimitedOnlyIfSoConfigured() {
        assertThat(enter(HERE, 10)).containsOnlyNulls();
        admission.left(HERE, now);
        admission.reconfigure(new Limits.Admission(3, 0, 0, 100, 10, true));
        assertThat(enter(HERE, 4)).containsExactly(null, null, null, Refusal.ADDRESS_FULL);
    }

    @Test
    void addressesWithoutAConnectionAreForgottenBeyondALimitAndWhenTheyTellNothing() {
        admission = with(100, 0, 1, false);
        for (int i = 0; i < 1_000; i++) {
            InetAddress address = InetAddress.ofLiteral("10.0." + i / 250 + "." + i % 250);
            assertThat(enter(address, 1)).containsExactly((Refusal) null);
            admission.left(address, now);
        }
        assertThat(admission.addresses()).isEqualTo(10);
        now += SECOND;
        assertThat(enter(HOME, 1)).containsExactly((Refusal) null);
        now += SECOND;
        admission.left(HOME, now);
        assertThat(admission.addresses()).as("a full bucket is as good as none").isEqualTo(10);
    }

    private List<@Nullable Refusal> enter(InetAddress address, int times) {
        List<@Nullable Refusal> answers = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            answers.add(admission.enter(address, now));
        }
        return answers;
    }
}
