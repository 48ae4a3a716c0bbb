package dev.turnkeep.contracts.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void slicesEveryKindOfValueAsGiven() throws IOException {
        // Given
        List<String> values = List.of(
                "\"a\\u00e9é😀\"",
                "12.50",
                "-0",
                "1e400",
                "true",
                "false",
                "null",
                "{ \"x\" : [1, 2] }",
                "[ ]",
                "\"\"",
                "123456");
        StringBuilder object = new StringBuilder("{");
        values.forEach(value -> object.append(object.length() > 1 ? " ,\n" : "")
                .append("\"ké\" : ")
                .append(value)
                .append(' '));
        byte[] padded = ("padding" + object + "}padding").getBytes(UTF_8);
        RawJson source = RawJson.of(padded, 7, padded.length - 14);

        // When
        List<String> slices = new ArrayList<>();
        try (JsonParser parser = Json.parser(source)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                parser.nextToken();
                slices.add(Json.slice(parser, source).toString());
            }
        }

        // Then
        assertThat(slices).isEqualTo(values);
    }

    @Test
    void stillReadsATextThatWasSliced() throws IOException {
        // Given
        RawJson source = RawJson.of("[\"a\\nb\",7]");

        // When / Then
        try (JsonParser parser = Json.parser(source)) {
            parser.nextToken();
            parser.nextToken();
            assertThat(Json.slice(parser, source)).hasToString("\"a\\nb\"");
            assertThat(parser.getText()).isEqualTo("a\nb");
            parser.nextToken();
            assertThat(Json.slice(parser, source)).hasToString("7");
        }
    }

    @Test
    void readsBytesAsUtf8WhateverTheyLookLike() throws IOException {
        // Given: zeros where a guess at the encoding would see UTF-16.
        RawJson source = RawJson.of(new byte[] {'1', 0, '2', 0}, 0, 4);

        // When / Then
        try (JsonParser parser = Json.parser(source)) {
            assertThatThrownBy(() -> {
                        parser.nextToken();
                        parser.nextToken();
                    })
                    .isInstanceOf(JsonProcessingException.class);
        }
    }

    @Test
    void stopsAtTheDepthItPromises() throws IOException {
        // When / Then
        assertThat(CanonicalJson.of(nested(Json.DEPTH)).length()).isEqualTo(2 * Json.DEPTH);
        assertThatThrownBy(() -> CanonicalJson.of(nested(Json.DEPTH + 1))).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void neverQuotesTheInputInItsErrors() {
        for (String broken : List.of(
                "{\"secret\":secret}", "[\"secret", "{\"a\":\"secret\"", "\"secret\\q\"", "{\"a\" \"secret\"}")) {
            // When / Then
            assertThatThrownBy(() -> CanonicalJson.of(RawJson.of(broken)))
                    .as(broken)
                    .isInstanceOfSatisfying(JsonProcessingException.class, e -> assertThat(
                                    e.getLocation().contentReference().buildSourceDescription())
                            .doesNotContain("secret"));
        }
    }

    @Test
    void comparesAndWritesSlicesByTheirBytes() throws IOException {
        // Given
        byte[] bytes = "xx{\"a\":1}yy".getBytes(UTF_8);
        RawJson slice = RawJson.of(bytes, 2, 7);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        // When
        slice.writeTo(out);

        // Then
        assertThat(slice).isEqualTo(RawJson.of("{\"a\":1}")).hasSameHashCodeAs(RawJson.of("{\"a\":1}"));
        assertThat(slice).isNotEqualTo(RawJson.of("{\"a\":2}"));
        assertThat(out.toString(UTF_8)).isEqualTo("{\"a\":1}");
        assertThatThrownBy(() -> RawJson.of(bytes, 5, 20)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void writesALoneSurrogateOfATextAsItsEscape() {
        assertThat(RawJson.of("[\"\ud800x\",\"😀\",\"\udc00\"]")).hasToString("[\"\\ud800x\",\"😀\",\"\\udc00\"]");
    }

    private static RawJson nested(int depth) {
        return RawJson.of("[".repeat(depth) + "]".repeat(depth));
    }
}
