package dev.turnkeep.platform.start;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.platform.start.EngineCheck.Trouble;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SurroundingsTest {
    private record Engine(String engine, boolean needed, Supplier<Optional<Trouble>> found) implements EngineCheck {
        @Override
        public Optional<Trouble> look() {
            return found.get();
        }
    }

    @Test
    void whatIsOnlyUsefulIsToldAndNotWaitedFor() {
        // When
        Surroundings found = Surroundings.look(List.of(
                new Engine("Postgres", true, Optional::empty),
                new Engine("Redis", false, () -> Optional.of(new Trouble("does not answer", "start it")))));

        // Then
        assertThat(found.complete()).isTrue();
        assertThat(found.lines())
                .containsExactly("Redis (the service works without it): does not answer. To do: start it");
    }

    @Test
    void aCheckThatFailsHidesNoOther() {
        // When
        Surroundings found = Surroundings.look(List.of(
                new Engine("Kafka", true, () -> {
                    throw new IllegalStateException("somebody's secret");
                }),
                new Engine("Postgres", true, () -> Optional.of(new Trouble("refuses the login", "correct it")))));

        // Then
        assertThat(found.complete()).isFalse();
        assertThat(found.lines())
                .containsExactly(
                        "Kafka: cannot be looked at: IllegalStateException. To do: see the log for what the service says of it",
                        "Postgres: refuses the login. To do: correct it");
    }
}
