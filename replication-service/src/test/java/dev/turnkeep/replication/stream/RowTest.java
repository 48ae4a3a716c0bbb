package dev.turnkeep.replication.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.replication.pgoutput.Message.Column;
import dev.turnkeep.replication.pgoutput.Message.Relation;
import dev.turnkeep.replication.pgoutput.Message.ReplicaIdentity;
import dev.turnkeep.replication.pgoutput.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowTest {
    private static final Relation TABLE = new Relation(
            1,
            "public",
            "t",
            ReplicaIdentity.DEFAULT,
            List.of(new Column(true, "a", 25, -1), new Column(false, "b", 25, -1)));

    private static Row row(String a) {
        return new Row(TABLE, Tuple.ofTexts(a, null));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02 03:04:05+00, 2026-01-02T03:04:05Z",
        "2026-01-02 03:04:05.000006+00, 2026-01-02T03:04:05.000006Z",
        "2026-01-02 03:04:05.5+05:30, 2026-01-01T21:34:05.5Z"
    })
    void readsTimesInTextForm(String text, Instant expected) {
        assertThat(row(text).time("a")).isEqualTo(expected);
    }

    @Test
    void readsNumbersAndIdsInTextForm() {
        UUID id = UUID.fromString("0197b7d4-3333-7000-8000-000000000003");
        assertThat(row(id.toString()).uuid("a")).isEqualTo(id);
        assertThat(row("-12").integer("a")).isEqualTo(-12);
        assertThat(row("Käse").text("a")).isEqualTo("Käse");
    }

    @Test
    void refusesWhatHasNoValueOrIsNotPublished() {
        assertThat(row("x").isNull("b")).isTrue();
        assertThatThrownBy(() -> row("x").text("b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> row("x").text("c")).hasMessageContaining("c of t is not published");
    }
}
