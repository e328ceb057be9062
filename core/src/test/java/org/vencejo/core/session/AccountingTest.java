package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Every copy is in exactly one place.
class AccountingTest {
    private final Accounting accounting = new Accounting();

    @Test
    void aCopyThatIsNowhereOrTwiceIsNoticed() {
        accounting.opened();
        assertThat(accounting.balances()).isFalse();
        accounting.queued(100);
        assertThat(accounting.balances()).isTrue();
        accounting.sent();
        assertThat(accounting.balances()).isFalse();
        accounting.unqueued(100);
        assertThat(accounting.balances()).isTrue();
        accounting.unsent();
        accounting.ended(Fate.DELIVERED);
        assertThat(accounting.balances()).isTrue();
        accounting.ended(Fate.DELIVERED);
        assertThat(accounting.balances()).isFalse();
    }

    @Test
    void bytesThatWereNeverQueuedAreNoticed() {
        accounting.opened();
        accounting.queued(1);
        accounting.unqueued(2);
        accounting.ended(Fate.EXPIRED);
        assertThat(accounting.balances()).isFalse();
    }

    @Test
    void aSessionEndsWithAllItsCopies() {
        for (int i = 0; i < 5; i++) {
            accounting.opened();
            accounting.queued(10);
        }
        accounting.recovered(7);
        accounting.unqueued(10);
        accounting.sent();
        assertThat(accounting.queuedCopies()).isEqualTo(5);
        assertThat(accounting.queuedBytes()).isEqualTo(47);
        assertThat(accounting.inFlightCopies()).isEqualTo(1);
        accounting.sessionEnded(5, 47, 1);
        assertThat(accounting.balances()).isTrue();
        assertThat(accounting.endedBy(Fate.SESSION_ENDED)).isEqualTo(6);
        assertThat(accounting.queuedCopies()).isZero();
        assertThat(accounting.queuedBytes()).isZero();
        assertThat(accounting.inFlightCopies()).isZero();
        assertThat(accounting.copies() + accounting.recoveredCopies()).isEqualTo(6);
    }

    @Test
    void whatTheServerPublishedToNobodyIsCountedApart() {
        accounting.ownWithoutSubscriber();
        assertThat(accounting.ownMessagesWithoutSubscriber()).isEqualTo(1);
        assertThat(accounting.balances()).isTrue();
    }

    @Test
    void itsTextNamesEveryFate() {
        accounting.opened();
        accounting.ended(Fate.TOO_LARGE);
        for (Fate fate : Fate.values()) {
            assertThat(accounting.toString())
                    .contains(fate + (fate == Fate.TOO_LARGE ? " 1" : " 0"));
        }
    }
}
