package org.vencejo.testing.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.vencejo.testing.crash.Note.CLEAN;
import static org.vencejo.testing.crash.Note.DUP;
import static org.vencejo.testing.crash.Note.KEPT;
import static org.vencejo.testing.crash.Note.PRESENT;
import static org.vencejo.testing.crash.Note.SHARED;
import static org.vencejo.testing.crash.Note.What.*;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each rule can be broken by notes written by hand, and the same notes without the fault break
/// none. Publisher 1 sends stream 5 to receiver 2.
class JudgeTest {
    private static final Note DRAINED_ALL = new Note(DRAINED, 0, 0, 0, 0);

    private static Note expecting(int detail) {
        return new Note(EXPECTING, 2, 5, 0, detail);
    }

    private static Note sent(int number) {
        return new Note(SENT, 1, 5, number, 0);
    }

    private static Note taken(int number) {
        return new Note(TAKEN, 1, 5, number, 0);
    }

    private static Note received(int number, int detail) {
        return new Note(RECEIVED, 2, 5, number, detail);
    }

    private static void fine(Note... notes) {
        assertThatCode(() -> judge(notes)).doesNotThrowAnyException();
    }

    /// The last of these notes breaks the rule; without it they are fine.
    private static void broken(Rule rule, Note... notes) {
        List<Note> before = new ArrayList<>(List.of(notes));
        before.removeLast();
        fine(before.toArray(Note[]::new));
        assertThat(catchThrowableOfType(Broken.class, () -> judge(notes)))
                .isNotNull()
                .satisfies(it -> assertThat(it.rule()).isEqualTo(rule));
    }

    private static void judge(Note... notes) {
        Judge judge = new Judge();
        for (Note each : notes) {
            judge.accept(each);
        }
    }

    // ---- messages ----------------------------------------------------------------------------

    @Test
    void whatWasAcknowledgedAndDidNotComeIsLost() {
        broken(Rule.ACKNOWLEDGED_IS_KEPT, expecting(1), sent(0), taken(0), DRAINED_ALL);
        broken(
                Rule.ACKNOWLEDGED_IS_KEPT,
                expecting(2),
                sent(0),
                taken(0),
                sent(1),
                taken(1),
                received(1, 2),
                DRAINED_ALL);
        fine(expecting(1), sent(0), taken(0), received(0, 1), DRAINED_ALL);
    }

    @Test
    void whatWasNotAcknowledgedMayComeOrNot() {
        fine(expecting(1), sent(0), DRAINED_ALL);
        fine(expecting(1), sent(0), received(0, 1), DRAINED_ALL);
        fine(expecting(0), sent(0), taken(0), DRAINED_ALL);
    }

    @Test
    void whatWasAcknowledgedBeforeTheSubscriptionNeedNotCome() {
        fine(sent(0), taken(0), expecting(1), DRAINED_ALL);
    }

    @Test
    void whatOneDrainMissedIsNotForgivenAtTheNext() {
        fine(expecting(1), sent(0), DRAINED_ALL, sent(1), taken(1), received(1, 1), DRAINED_ALL);
        broken(
                Rule.ACKNOWLEDGED_IS_KEPT,
                expecting(1),
                sent(0),
                taken(0),
                received(0, 1),
                DRAINED_ALL,
                sent(1),
                taken(1),
                DRAINED_ALL);
    }

    @Test
    void exactlyOnceIsNotTwice() {
        broken(
                Rule.EXACTLY_ONCE,
                expecting(2),
                sent(0),
                taken(0),
                received(0, 2),
                received(0, 2 | DUP));
        broken(Rule.EXACTLY_ONCE, expecting(0), sent(0), received(0, 0), received(0, 0));
        fine(expecting(1), sent(0), taken(0), received(0, 1), received(0, 1 | DUP));
    }

    @Test
    void repeatsOfWhatWasPublishedOnceAreMarked() {
        broken(
                Rule.REPEATS_ARE_MARKED,
                expecting(1),
                sent(0),
                taken(0),
                received(0, 1),
                received(0, 1));
        fine(expecting(1), sent(0), received(0, 1), sent(0), taken(0), received(0, 1));
    }

    @Test
    void firstOccurrencesAreInOrder() {
        broken(Rule.ORDER, expecting(1), sent(0), sent(1), received(1, 1), received(0, 1));
        fine(
                expecting(1),
                sent(0),
                sent(1),
                received(0, 1),
                received(1, 1),
                received(0, 1 | DUP),
                received(1, 1 | DUP));
        fine(expecting(1 | SHARED), sent(0), sent(1), received(1, 1), received(0, 1));
    }

    @Test
    void whatNobodySentDoesNotCome() {
        broken(Rule.NOTHING_UNSENT, expecting(1), sent(0), received(1, 1));
        broken(Rule.NOTHING_UNSENT, sent(0), taken(1));
    }

    @Test
    void theQoSIsTheGrantedOne() {
        broken(Rule.GRANTED_QOS, expecting(1), sent(0), received(0, 2));
        fine(expecting(1), sent(0), received(0, 1));
    }

    // ---- sessions ----------------------------------------------------------------------------

    private static Note connecting(int detail) {
        return new Note(CONNECTING, 2, 0, 0, detail);
    }

    private static Note connected(int detail) {
        return new Note(CONNECTED, 2, 0, 0, detail);
    }

    @Test
    void aKeptSessionIsThereAgain() {
        broken(
                Rule.SESSION_KEPT,
                connecting(KEPT),
                connected(KEPT),
                connecting(KEPT),
                connected(KEPT));
        fine(connecting(KEPT), connected(KEPT), connecting(KEPT), connected(KEPT | PRESENT));
        fine(connecting(KEPT), connecting(KEPT), connected(KEPT));
        fine(connecting(KEPT), connecting(KEPT), connected(KEPT | PRESENT));
    }

    @Test
    void aSessionThatEndedIsNotThere() {
        broken(Rule.SESSION_ENDED, connecting(KEPT), connected(KEPT | PRESENT));
        broken(
                Rule.SESSION_ENDED,
                connecting(KEPT),
                connected(KEPT),
                connecting(CLEAN | KEPT),
                connected(CLEAN | KEPT | PRESENT));
        broken(
                Rule.SESSION_ENDED,
                connecting(KEPT),
                connected(KEPT),
                new Note(EXPIRED, 2, 0, 0, 0),
                connecting(KEPT),
                connected(KEPT | PRESENT));
        broken(
                Rule.SESSION_ENDED,
                connecting(CLEAN),
                connected(CLEAN),
                connecting(KEPT),
                connected(KEPT | PRESENT));
    }

    @Test
    void aCleanStartWithoutAnAnswerLeavesBothPossible() {
        Note[] upToThere = {
            connecting(KEPT), connected(KEPT), connecting(CLEAN | KEPT), connecting(KEPT)
        };
        fine(with(upToThere, connected(KEPT)));
        fine(with(upToThere, connected(KEPT | PRESENT)));
        fine(
                connecting(KEPT),
                connected(KEPT),
                new Note(MAY_HAVE_EXPIRED, 2, 0, 0, 0),
                connecting(KEPT),
                connected(KEPT));
    }

    @Test
    void nothingComesOfTheQueueOfASessionThatEnded() {
        Note[] upToThere = {
            connecting(KEPT),
            connected(KEPT),
            expecting(1),
            sent(0),
            taken(0),
            connecting(CLEAN | KEPT),
            connected(CLEAN | KEPT)
        };
        broken(Rule.SESSION_ENDED, with(upToThere, received(0, 1)));
        broken(Rule.SESSION_ENDED, with(upToThere, expecting(1), received(0, 1)));
        fine(with(upToThere, DRAINED_ALL));
        fine(with(upToThere, expecting(1), sent(1), received(1, 1)));
    }

    @Test
    void aSessionThatIsAboutToEndIsThereWholeOrNotAtAll() {
        Note[] upToThere = {
            connecting(KEPT),
            connected(KEPT),
            expecting(1),
            sent(0),
            taken(0),
            sent(1),
            taken(1),
            connecting(CLEAN | KEPT),
            connecting(KEPT),
            connected(KEPT | PRESENT)
        };
        Note emptied = new Note(EMPTIED, 2, 0, 0, 0);
        fine(with(upToThere, emptied));
        fine(with(upToThere, received(0, 1), received(1, 1), emptied));
        broken(Rule.ACKNOWLEDGED_IS_KEPT, with(upToThere, received(0, 1), emptied));
        broken(Rule.SESSION_ENDED, with(upToThere, emptied, received(0, 1)));
    }

    private static Note[] with(Note[] notes, Note... more) {
        List<Note> all = new ArrayList<>(List.of(notes));
        all.addAll(List.of(more));
        return all.toArray(Note[]::new);
    }

    // ---- retained messages, subscriptions, wills ----------------------------------------------

    private static Note retained(Note.What what, int number, int detail) {
        return new Note(what, 1, 7, number, detail);
    }

    @Test
    void retainedIsTheLastAcknowledgedOrALaterOne() {
        Note set0 = retained(RETAINED_SENT, 0, 0);
        Note took0 = retained(RETAINED_TAKEN, 0, 0);
        Note set1 = retained(RETAINED_SENT, 1, 0);
        Note saw0 = retained(RETAINED_SEEN, 0, 0);
        Note saw1 = retained(RETAINED_SEEN, 1, 0);
        Note absent = retained(RETAINED_ABSENT, 0, 0);
        fine(absent, set0, absent, saw0);
        fine(set0, took0, set1, saw0, saw1);
        broken(Rule.RETAINED, set0, took0, absent);
        broken(Rule.RETAINED, set0, took0, set1, retained(RETAINED_TAKEN, 1, 0), saw0);
        broken(Rule.RETAINED, set0, set1, saw1, saw0);
        broken(Rule.RETAINED, set0, saw1);
    }

    @Test
    void aRetainedMessageThatWasRemovedStaysAway() {
        Note set0 = retained(RETAINED_SENT, 0, 0);
        Note removed = retained(RETAINED_SENT, 1, 1);
        Note took1 = retained(RETAINED_TAKEN, 1, 0);
        Note saw0 = retained(RETAINED_SEEN, 0, 0);
        Note absent = retained(RETAINED_ABSENT, 0, 0);
        fine(set0, saw0, removed, saw0, absent);
        fine(set0, removed, took1, absent);
        broken(Rule.RETAINED, set0, removed, took1, saw0);
        broken(Rule.RETAINED, set0, saw0, removed, absent, saw0);
    }

    private static Note filter(Note.What what, int detail) {
        return new Note(what, 2, 0, 3, detail);
    }

    @Test
    void subscriptionsAreAsTheLastAnswerSays() {
        Note ask = filter(SUBSCRIBING, 1);
        Note answer = filter(SUBSCRIBED, 1);
        Note askAway = filter(UNSUBSCRIBING, 0);
        Note away = filter(UNSUBSCRIBED, 0);
        Note none = filter(PROBED, SubscriptionRules.NONE);
        Note one = filter(PROBED, 1);
        fine(none, ask, answer, one, askAway, away, none);
        fine(ask, one);
        broken(Rule.SUBSCRIPTIONS, ask, answer, none);
        broken(Rule.SUBSCRIPTIONS, ask, answer, filter(PROBED, 2));
        broken(Rule.SUBSCRIPTIONS, ask, answer, askAway, away, one);
        broken(Rule.SUBSCRIPTIONS, one);
        broken(Rule.SUBSCRIPTIONS, ask, none, one);
    }

    @Test
    void subscriptionsWithoutAnAnswerMayBeEither() {
        Note one = filter(PROBED, 1);
        Note none = filter(PROBED, SubscriptionRules.NONE);
        fine(filter(SUBSCRIBING, 1), none);
        fine(filter(SUBSCRIBED, 1), filter(UNSUBSCRIBING, 0), one);
        fine(filter(SUBSCRIBED, 1), filter(UNSUBSCRIBING, 0), none);
        fine(filter(SUBSCRIBED, 1), filter(SUBSCRIBING, 2), one);
        fine(filter(SUBSCRIBED, 1), filter(SUBSCRIBING, 2), filter(PROBED, 2));
    }

    private static Note will(Note.What what) {
        return new Note(what, 2, 0, 4, 0);
    }

    @Test
    void aWillIsPublishedOnce() {
        fine(will(WILL_SENT), will(WILL_DUE), will(WILL_SEEN), DRAINED_ALL);
        fine(will(WILL_SENT), will(WILL_GIVEN_UP), DRAINED_ALL);
        fine(will(WILL_SENT), DRAINED_ALL);
        broken(Rule.WILL_KEPT, will(WILL_SENT), will(WILL_DUE), DRAINED_ALL);
        broken(Rule.WILL_ONCE, will(WILL_SENT), will(WILL_SEEN), will(WILL_SEEN));
        broken(Rule.WILL_ONCE, will(WILL_SENT), will(WILL_GIVEN_UP), will(WILL_SEEN));
        broken(Rule.NOTHING_UNSENT, DRAINED_ALL, will(WILL_SEEN));
    }
}
