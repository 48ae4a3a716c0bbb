package dev.turnkeep.session.channel.s2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.problem.Invalid;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonFormatTest {
    @Test
    void readsABatchOfTextAndOneOfBytes() {
        // When
        AppendInput text = JsonFormat.RAW.input(Buffer.buffer("""
                {"records":[{"body":"hällo","headers":[["a","b"]],"timestamp":7},{"body":"","headers":null},{}],
                 "match_seq_num":3,"fencing_token":""}
                """));
        AppendInput bytes = JsonFormat.BASE64.input(Buffer.buffer("""
                {"records":[{"body":"/wA=","headers":[["","dHJpbQ=="]]}],"match_seq_num":null,"fencing_token":null}
                """));

        // Then
        assertThat(text)
                .isEqualTo(new AppendInput(
                        List.of(
                                new AppendInput.Item(7L, List.of(ProtoTest.header("a", "b")), Buffer.buffer("hällo")),
                                new AppendInput.Item(null, List.of(), Buffer.buffer()),
                                new AppendInput.Item(null, List.of(), Buffer.buffer())),
                        3L,
                        ""));
        assertThat(bytes)
                .isEqualTo(new AppendInput(
                        List.of(new AppendInput.Item(
                                null, List.of(ProtoTest.header("", "trim")), Buffer.buffer(new byte[] {(byte) 0xff, 0
                                }))),
                        null,
                        null));
    }

    @Test
    void refusesWhatIsNoJsonAndWhatIsNoBatch() {
        for (String json : List.of("", "{", "{\"records\":[]} x")) {
            assertThatThrownBy(() -> JsonFormat.RAW.input(Buffer.buffer(json)))
                    .as(json)
                    .isInstanceOfAny(Refused.class, Invalid.class);
        }
        for (String json : List.of(
                "[]",
                "{}",
                "{\"records\":{}}",
                "{\"records\":[1]}",
                "{\"records\":[{\"body\":1}]}",
                "{\"records\":[{\"body\":\"\\ud800\"}]}",
                "{\"records\":[{\"headers\":{}}]}",
                "{\"records\":[{\"headers\":[[\"a\"]]}]}",
                "{\"records\":[{\"headers\":[[\"a\",1]]}]}",
                "{\"records\":[{\"timestamp\":-1}]}",
                "{\"records\":[{\"timestamp\":1.5}]}",
                "{\"records\":[],\"match_seq_num\":\"1\"}",
                "{\"records\":[],\"fencing_token\":1}")) {
            assertThatThrownBy(() -> JsonFormat.RAW.input(Buffer.buffer(json)))
                    .as(json)
                    .isInstanceOf(Invalid.class);
        }
        assertThatThrownBy(() -> JsonFormat.BASE64.input(Buffer.buffer("{\"records\":[{\"body\":\"*\"}]}")))
                .isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> JsonFormat.of("hex")).isInstanceOf(Refused.class);
    }

    @Test
    void writesWhatIsThereAndNothingElse() {
        // Given
        Batch batch = new Batch(
                List.of(
                        ProtoTest.record(7, 11, List.of(), "a\"b\n"),
                        ProtoTest.record(8, 12, List.of(ProtoTest.header("", "fence")), "")),
                new Position(9, 12));

        // Then
        assertThat(JsonFormat.RAW.batch(batch).toString()).isEqualTo("""
                {"records":[{"seq_num":7,"timestamp":11,"body":"a\\"b\\n"},\
                {"seq_num":8,"timestamp":12,"headers":[["","fence"]]}],"tail":{"seq_num":9,"timestamp":12}}""");
        assertThat(JsonFormat.BASE64.batch(new Batch(batch.records(), null)).toString())
                .isEqualTo("""
                {"records":[{"seq_num":7,"timestamp":11,"body":"YSJiCg=="},\
                {"seq_num":8,"timestamp":12,"headers":[["","ZmVuY2U="]]}]}""");
        assertThat(JsonFormat.ack(new Ack(new Position(0, 1), new Position(1, 1), new Position(4, 9)))
                        .toString())
                .isEqualTo("""
                {"start":{"seq_num":0,"timestamp":1},"end":{"seq_num":1,"timestamp":1},"tail":{"seq_num":4,"timestamp":9}}""");
        assertThat(JsonFormat.tail(new Position(0, 0)).toString())
                .isEqualTo("{\"tail\":{\"seq_num\":0,\"timestamp\":0}}");
    }
}
