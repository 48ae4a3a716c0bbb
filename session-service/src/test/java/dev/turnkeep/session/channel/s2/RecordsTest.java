package dev.turnkeep.session.channel.s2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.channel.log.Kind;
import dev.turnkeep.session.channel.log.NewRecord;
import dev.turnkeep.session.channel.log.RecordHeader;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecordsTest {
    @Test
    void knowsWhatARecordIs() {
        assertThat(kind("{\"data\":{\"n\":[1]},\"id\":\"part\"}")).isEqualTo(Kind.ENVELOPE);
        assertThat(kind("{\"id\":\"part\",\"data\":null}")).isEqualTo(Kind.ENVELOPE);
        assertThat(kind("{\"data\":1,\"id\":7}")).isEqualTo(Kind.RAW);
        assertThat(kind("{\"data\":1,\"id\":\"a\",\"more\":2}")).isEqualTo(Kind.RAW);
        assertThat(kind("[{\"data\":1,\"id\":\"a\"}]")).isEqualTo(Kind.RAW);
        assertThat(kind("\"text\"")).isEqualTo(Kind.RAW);
        assertThat(kind("text")).isEqualTo(Kind.TEXT);
        assertThat(kind("{\"data\":1,\"id\":\"a\"} x")).isEqualTo(Kind.TEXT);
        assertThat(kind("\"unended")).isEqualTo(Kind.TEXT);
        assertThat(kind("")).isEqualTo(Kind.TEXT);
        assertThat(kind("", ProtoTest.header("trigger-control", "turn-complete")))
                .isEqualTo(Kind.CONTROL);
        assertThat(kind("{\"data\":1,\"id\":\"a\"}", ProtoTest.header("a", "b")))
                .isEqualTo(Kind.RAW);
        assertThat(kind("token", ProtoTest.header("", "fence"))).isEqualTo(Kind.COMMAND);
    }

    @Test
    void anEnvelopesIdIsTheNameOfItsRecordIfItCanBe() {
        assertThat(part("part")).isEqualTo("part");
        assertThat(part("é".repeat(128))).isEqualTo("é".repeat(128));
        assertThat(part("é".repeat(129))).isNull();
        assertThat(part("")).isNull();
        assertThat(part("a\\u001fb")).isNull();
        assertThat(part("\\ud800")).isNull();
    }

    @Test
    void twoRecordsUnderOneIdAreTheSameOnlyWithTheSameBody() {
        assertThat(name(1, "V1StGXR")).isEqualTo(name(1, "V1StGXR")).isNotEqualTo(name(2, "V1StGXR"));
        assertThat(name(1, "V1StGXR")).isNotEqualTo(name(1, "V1StGXr"));
    }

    @Test
    void aRecordHasItsWritersTime() {
        // Given
        AppendInput.Item timed = new AppendInput.Item(7L, List.of(), Buffer.buffer("a"));
        AppendInput.Item late = new AppendInput.Item(-1L, List.of(), Buffer.buffer("a"));

        // When
        List<NewRecord> records = records(new AppendInput(List.of(timed, late, item("b")), null, null));

        // Then
        assertThat(records.get(0).at()).isEqualTo(Instant.ofEpochMilli(7));
        assertThat(records.get(1).at()).isAfter(Instant.parse("9999-01-01T00:00:00Z"));
        assertThat(records.get(2).at()).isNull();
    }

    @Test
    void refusesCommandsThatSayNothing() {
        for (AppendInput.Item bad : List.of(
                item("", ProtoTest.header("", "wipe")),
                item("", ProtoTest.header("", "fence"), ProtoTest.header("a", "b")),
                item("a", ProtoTest.header("", "")),
                item("x".repeat(37), ProtoTest.header("", "fence")),
                item("1234567", ProtoTest.header("", "trim")))) {
            assertThatThrownBy(() -> records(new AppendInput(List.of(bad), null, null)))
                    .isInstanceOf(Invalid.class);
        }
        assertThatThrownBy(() -> records(new AppendInput(List.of(item("a")), null, "x".repeat(37))))
                .isInstanceOf(Invalid.class);
    }

    @Test
    void refusesBatchesBeyondTheirLimitsWithTheNumbers() {
        assertThatThrownBy(() -> records(new AppendInput(List.of(), null, null)))
                .isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> records(new AppendInput(Collections.nCopies(1001, item("a")), null, null)))
                .isInstanceOf(Invalid.class);
        assertThat(records(new AppendInput(List.of(item("x".repeat(1_048_568))), null, null)))
                .hasSize(1);
        assertThat(refusal(Stream.of(item("x".repeat(1_048_569))))).isEqualTo("""
                {"code":"too_large","message":"a record of 1048577 metered bytes; the limit is 1048576",\
                "metered_bytes":1048577,"limit":1048576}""");
        assertThat(refusal(Stream.of(item("x".repeat(600_000)), item("x".repeat(600_000)))))
                .contains("\"metered_bytes\":1200016,\"limit\":1048576");
    }

    private static List<NewRecord> records(AppendInput input) {
        return Records.of(input, UnaryOperator.identity());
    }

    private static String refusal(Stream<AppendInput.Item> items) {
        try {
            return records(new AppendInput(items.toList(), null, null)).toString();
        } catch (Refused e) {
            assertThat(e.refusal().status()).isEqualTo(413);
            return e.refusal().json().toString();
        }
    }

    private static Kind kind(String body, RecordHeader... headers) {
        return records(new AppendInput(List.of(item(body, headers)), null, null))
                .getFirst()
                .kind();
    }

    /** What the record's name begins with. */
    private static @org.jspecify.annotations.Nullable String part(String id) {
        String name = name(1, id);
        return name == null ? null : name.substring(0, name.indexOf('\u001f'));
    }

    private static @org.jspecify.annotations.Nullable String name(int data, String id) {
        return records(new AppendInput(List.of(item("{\"data\":" + data + ",\"id\":\"" + id + "\"}")), null, null))
                .getFirst()
                .partId();
    }

    private static AppendInput.Item item(String body, RecordHeader... headers) {
        return new AppendInput.Item(null, List.of(headers), Buffer.buffer(body));
    }
}
