package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Places in the order of a session, and the identifiers that belong to them.
class PlacesTest {
    private final PacketIdentifiers<String> inUse = new PacketIdentifiers<>();
    private final Places places = new Places(inUse);

    @Test
    void theyAreTakenInTurnAndSoAreIdentifiers() {
        assertThat(places.take()).isZero();
        assertThat(places.take()).isOne();
        assertThat(places.next()).isEqualTo(2);
        assertThat(Places.identifierOf(0)).isEqualTo(1);
        assertThat(Places.identifierOf(65_534)).isEqualTo(65_535);
        assertThat(Places.identifierOf(65_535)).isEqualTo(1);
        assertThat(places.freeFor(65_535)).isEqualTo(1);
    }

    @Test
    void onesWhoseIdentifierIsInUseArePassedOver() {
        inUse.put(1, "open");
        inUse.put(3, "open");
        assertThat(places.take()).as("#2").isEqualTo(1);
        assertThat(places.take()).as("#4").isEqualTo(3);
        assertThat(places.freeFor(0)).isEqualTo(2);
        assertThat(places.ownFor(0)).isZero();
        assertThat(places.ownFor(1)).isEqualTo(2);
    }

    @Test
    void whatIsTakenAheadIsBetweenWhatWasBeforeAndWhatWaits() {
        long before = places.take();
        places.hold(true);
        long ahead = places.takeAhead();
        long held = places.take();
        long aheadToo = places.takeAhead();
        places.hold(false);
        long later = places.take();
        assertThat(before).isLessThan(ahead);
        assertThat(ahead).isLessThan(aheadToo);
        assertThat(aheadToo).isLessThan(held);
        assertThat(held).isLessThan(later);
        assertThat(places.isBeforeHeld(before)).isTrue();
        assertThat(places.isBeforeHeld(held)).isFalse();
    }

    @Test
    void ifNothingWaitedThePlacesAheadAreFollowedByTheNext() {
        places.hold(true);
        assertThat(places.takeAhead()).isZero();
        places.hold(false);
        assertThat(places.take()).isOne();
    }

    @Test
    void placesThatWereTakenBeforeAStartAreNotTakenAgain() {
        places.recover(7);
        places.recover(3);
        assertThat(places.take()).isEqualTo(7);
    }
}
