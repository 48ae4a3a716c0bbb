package dev.turnkeep.session.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranscriptTest {
    @ParameterizedTest
    @ValueSource(strings = {"""
                {"version":1,"messages":[{"id":"a","n":1.50},{"no":"id"},7,{"id":"b"}],"lastInEventId":"3"}""", """
                {"version":2,"state":{"private":1},"lastInEventId":"3","messages":[
                 {"id":"a","final":true,"message":{"id":"a","n":1.50}},{"id":"x","message":{"id":"other"}},
                 {"id":"b","final":false,"message":{"id":"b"}}]}""", """
                {"v":2,"savedAt":1,"lastInEventId":"3","state":{"private":1}}
                {"id":"a","final":true,"message":{"id":"a","n":1.50}}
                {"id":"broken","message":
                {"id":"b","final":true,"message":{"id":"b"}}
                {"ids":["a","b"],"offsets":[1,2,3],"lastInEventId":"3"}
                #tt2:0000000000000056
                """})
    void readsEveryFormThatAgentsWrite(String snapshot) {
        // When
        Transcript transcript = parsed(snapshot);

        // Then
        assertThat(transcript.page(null, null).messages().toString())
                .isEqualTo("[{\"id\":\"a\",\"n\":1.50}, {\"id\":\"b\"}]");
        assertThat(transcript.lastIn()).isEqualTo("3");
        assertThat(transcript.lastOut()).isNull();
    }

    @Test
    void givesTheNewestFirstPageByPage() {
        // Given
        Transcript transcript = parsed("""
                {"version":1,"messages":[{"id":"a"},{"id":"b"},{"id":"c"}]}""");

        // Then
        assertThat(ids(transcript.page(2, null))).containsExactly("b", "c");
        assertThat(transcript.page(2, null).earlier()).isEqualTo("b");
        assertThat(ids(transcript.page(2, "b"))).containsExactly("a");
        assertThat(transcript.page(2, "b").earlier()).isNull();
        assertThat(ids(transcript.page(2, "gone"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "what was said", "[]", "{\"version\":3,\"messages\":[]}", "{\"v\":3}\n{}"})
    void knowsNothingOfOtherForms(String snapshot) {
        assertThat(Transcript.parse(snapshot.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    private static List<String> ids(Transcript.Part part) {
        return part.messages().stream()
                .map(message -> message.path("id").asText())
                .toList();
    }

    private static Transcript parsed(String snapshot) {
        return Transcript.parse(snapshot.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }
}
