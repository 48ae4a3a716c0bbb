package dev.turnkeep.reaper.ending;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.lifecycle.Veto;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BisectionTest {
    private static final Ending KEPT = new Ending.Kept(Veto.ERROR);

    private final List<SessionId> sessions =
            IntStream.range(0, 100).mapToObj(i -> new SessionId(new UUID(0, i))).toList();
    private final Set<SessionId> poison = new HashSet<>();
    private final Set<SessionId> vetoed = new HashSet<>();
    private final List<SessionId> rested = new ArrayList<>();
    private int transactions;

    @ParameterizedTest
    @ValueSource(strings = {"22021", "23514", "P0001", "XX001", "57014", "55P03", "42501", "40P01"})
    void aSessionThatCannotBeChangedIsFoundAndRestsAndItsNeighboursAreChanged(String sqlState) {
        // Given
        poison.addAll(sessions.subList(0, 7));
        poison.add(sessions.get(64));

        // When
        Map<SessionId, Ending> endings = change(sqlState(sqlState));

        // Then
        assertThat(rested).containsExactlyInAnyOrderElementsOf(poison);
        assertThat(sessions).allSatisfy(one -> assertThat(endings.get(one))
                .isEqualTo(poison.contains(one) ? KEPT : new Ending.Done()));
    }

    @Test
    void aDefectOfOursIsNoExcuseToKeepTheNeighbours() {
        // Given
        poison.add(sessions.get(3));

        // When
        Map<SessionId, Ending> endings = change(new IllegalStateException("for the test"));

        // Then
        assertThat(rested).containsExactly(sessions.get(3));
        assertThat(endings.get(sessions.get(4))).isEqualTo(new Ending.Done());
    }

    @Test
    void amongManyThatAreVetoedTheFewThatCanBeChangedAre() {
        // Given
        poison.add(sessions.get(3));
        vetoed.addAll(sessions.subList(5, 100));

        // When
        Map<SessionId, Ending> endings = change(sqlState("XX001"));

        // Then
        assertThat(rested).containsExactly(sessions.get(3));
        assertThat(endings).hasSize(100);
        assertThat(List.of(sessions.get(0), sessions.get(1), sessions.get(2), sessions.get(4)))
                .allSatisfy(one -> assertThat(endings.get(one)).isEqualTo(new Ending.Done()));
        assertThat(endings.get(sessions.get(50))).isEqualTo(new Ending.Kept(Veto.LEASE));
    }

    @Test
    void whenNotOneCanBeChangedTheCauseIsElsewhereAndNoneRests() {
        // Given: such as a grant that is missing
        poison.addAll(sessions);

        // When
        Map<SessionId, Ending> endings = change(sqlState("42501"));

        // Then
        assertThat(rested).isEmpty();
        assertThat(endings).hasSize(100).allSatisfy((id, ending) -> assertThat(ending)
                .isEqualTo(KEPT));
        assertThat(transactions).as("it does not try them all").isLessThan(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"08006", "53300", "57P01"})
    void aStoreThatIsAwayIsAskedOnce(String sqlState) {
        // Given
        poison.addAll(sessions);

        // When
        Map<SessionId, Ending> endings = change(sqlState(sqlState));

        // Then
        assertThat(transactions).isEqualTo(1);
        assertThat(rested).isEmpty();
        assertThat(endings).hasSize(100);
    }

    @Test
    void aBrokenConnectionSaysNothingOfTheSessions() {
        // Given
        poison.addAll(sessions);

        // When
        change(new VertxException("closed", true));

        // Then
        assertThat(transactions).isEqualTo(1);
        assertThat(rested).isEmpty();
    }

    private Map<SessionId, Ending> change(RuntimeException failure) {
        return new Bisection(
                        some -> {
                            transactions++;
                            if (some.stream().anyMatch(poison::contains)) {
                                throw failure;
                            }
                            Map<SessionId, Ending> endings = new HashMap<>();
                            some.forEach(one -> endings.put(
                                    one, vetoed.contains(one) ? new Ending.Kept(Veto.LEASE) : new Ending.Done()));
                            return endings;
                        },
                        (session, reason) -> rested.add(session))
                .change(sessions);
    }

    private static PgException sqlState(String state) {
        return new PgException("for the test", "ERROR", state, "");
    }
}
