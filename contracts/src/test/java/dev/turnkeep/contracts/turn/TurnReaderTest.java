package dev.turnkeep.contracts.turn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class TurnReaderTest {
    private static final String NODE =
            "{\"hash\":\"7dfcacd63916fcb36b1ad02714c7423fc6b1a001ddf8c4b2f666981d8a8be378\",\"role\":\"user\",\"content\":[]}";
    private static final String TURN = """
            {"schema":"turnkeep.turn.v1","turn_id":"0192f0c1-2a3b-5c4d-8e5f-aaaaaaaaaaaa",\
            "org_id":"0192f0c1-2a3b-7c4d-8e5f-60718293a4b5","environment":"production",\
            "address":{"kind":"session","harness_id":"claude","harness_session_id":"s1"},"session":{},"usage":{},\
            "provider":"anthropic","status":"ok","nodes":[%s]}""".formatted(NODE);

    @Property
    void readsWhatIsWritten(@ForAll("turns") TurnRecord turn) {
        assertThat(TurnReader.read(TurnCodec.write(turn))).isEqualTo(turn);
    }

    @Property
    void writesTheSameBytesAgain(@ForAll("turns") TurnRecord turn) {
        // Given
        byte[] bytes = TurnCodec.write(turn);

        // When / Then
        assertThat(TurnCodec.write(TurnReader.read(bytes))).isEqualTo(bytes);
    }

    @Property
    void refusesEveryTruncatedRecord(@ForAll("turns") TurnRecord turn, @ForAll int seed) {
        // Given
        byte[] bytes = TurnCodec.write(turn);
        byte[] cut = Arrays.copyOf(bytes, Math.floorMod(seed, bytes.length));

        // When / Then
        assertThatThrownBy(() -> TurnReader.read(cut)).satisfies(TurnReaderTest::isUnreadable);
    }

    @Property(tries = 20_000)
    void refusesADamagedRecordInOneWayOnly(@ForAll("turns") TurnRecord turn, @ForAll long seed) {
        // Given
        byte[] bytes = TurnCodec.write(turn);
        Damage.of(seed).to(bytes);

        // When
        Throwable refusal = refusal(bytes);

        // Then
        if (refusal != null) {
            isUnreadable(refusal);
        }
    }

    @Example
    void ignoresWhatItDoesNotKnow() {
        // Given
        String known = "\"provider\":\"anthropic\"";
        String newer = TURN.replace(
                        known,
                        known
                                + ",\"new\":99999999999999999999,\"newer\":{\"nodes\":5,\"schema\":1},\"newest\":[[1.5,null]]")
                .replace("\"role\":", "\"depth\":{\"hash\":[\"x\"]},\"role\":")
                .replace("\"usage\":{", "\"usage\":{\"audio_tokens\":{\"in\":1}");

        // When / Then
        assertThat(read(newer)).isEqualTo(read(TURN));
    }

    @Example
    void takesNullForAbsent() {
        // Given
        String nulls = TURN.replace(
                "\"usage\":{}",
                "\"usage\":{\"input_tokens\":null},\"meta\":null,\"tools\":null,\"model\":null,\"latency_nanos\":null");

        // When / Then
        assertThat(read(nulls)).isEqualTo(read(TURN));
    }

    @Example
    void takesTheLastOfRepeatedMembers() {
        // Given
        String repeated = TURN.replace("\"status\":\"ok\"", "\"status\":5,\"nodes\":[{}],\"status\":\"ok\"")
                .replace("[{}]", "[" + NODE + "," + NODE + "]");

        // When / Then
        assertThat(read(repeated)).isEqualTo(read(TURN));
    }

    /** Each of these once made the reader misread the record, throw something else, or never return. */
    @Example
    void refusesMembersOfTheWrongForm() {
        List.of(
                        TURN.replace("\"usage\":{}", "\"usage\":5"),
                        TURN.replace("\"session\":{}", "\"session\":[]"),
                        TURN.replace("\"session\":{}", "\"session\":{\"harness_metadata\":5}"),
                        TURN.replace("\"session\":{}", "\"session\":{\"harness_id\":\"\"}"),
                        TURN.replace("[" + NODE + "]", "5"),
                        TURN.replace("[" + NODE + "]", "[1,2]"),
                        TURN.replace("[" + NODE + "]", NODE),
                        TURN.replace("[" + NODE + "]", "[]"),
                        TURN.replace("\"role\":\"user\"", "\"role\":{\"a\":1}"),
                        TURN.replace("7dfcacd6", "7DFCACD6"),
                        TURN.replace("\"usage\":{}", "\"usage\":{\"input_tokens\":-1}"),
                        TURN.replace("\"usage\":{}", "\"usage\":{\"input_tokens\":1.5}"),
                        TURN.replace("\"usage\":{}", "\"usage\":{\"input_tokens\":9223372036854775808}"),
                        TURN.replace("\"usage\":{}", "\"tool_calls\":2147483648"),
                        TURN.replace("\"usage\":{}", "\"captured_at\":\"yesterday\""),
                        TURN.replace("\"usage\":{}", "\"meta\":[]"),
                        TURN.replace("\"kind\":\"session\"", "\"kind\":\"queue\""),
                        TURN.replace("\"kind\"", "\"synthetic\":\"yes\",\"kind\""),
                        TURN.replace("turnkeep.turn.v1", "turnkeep.turn.v2"),
                        TURN.replace("\"status\":\"ok\"", "\"status\":5"),
                        TURN + "{}",
                        TURN + "]",
                        "",
                        "null",
                        "[" + TURN + "]")
                .forEach(json -> assertThatThrownBy(() -> read(json)).as(json).satisfies(TurnReaderTest::isUnreadable));
    }

    @Example
    void refusesWhatIsNotUtf8() {
        // Given
        byte[] bytes = TURN.getBytes(UTF_8);
        bytes[TURN.indexOf("anthropic")] = (byte) 0xFF;

        // When / Then
        assertThatThrownBy(() -> TurnReader.read(bytes)).satisfies(TurnReaderTest::isUnreadable);
    }

    @Example
    void namesTheFieldByItsPath() {
        assertThatThrownBy(() -> read(TURN.replace("\"claude\"", "\"\"")))
                .isInstanceOfSatisfying(
                        Invalid.class, e -> assertThat(e.field()).isEqualTo("address.harness_id"));
    }

    @Provide
    Arbitrary<TurnRecord> turns() {
        return TurnRecords.all();
    }

    private static TurnRecord read(String json) {
        return TurnReader.read(json.getBytes(UTF_8));
    }

    private static @Nullable Throwable refusal(byte[] bytes) {
        try {
            assertThat(TurnReader.read(bytes).nodes()).isNotEmpty();
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    private static void isUnreadable(Throwable refusal) {
        assertThat(refusal).isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.problem())
                .isEqualTo(Problem.UNREADABLE_RECORD));
    }
}
