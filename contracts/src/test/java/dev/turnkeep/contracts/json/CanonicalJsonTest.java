package dev.turnkeep.contracts.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import dev.turnkeep.contracts.json.CanonicalJson.Form;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.erdtman.jcs.JsonCanonicalizer;

class CanonicalJsonTest {
    /** 1.0E-320, the one double that the reference library was found to write in a wrong form: 0.000…1e-178. */
    private static final long WRONG_IN_THE_REFERENCE = 2024;

    @Property(edgeCases = EdgeCasesMode.NONE)
    void agreesWithTheReferenceLibrary(@ForAll("documents") String json) throws IOException {
        // Given
        String expected = new JsonCanonicalizer(json).getEncodedString();

        // When / Then
        assertThat(CanonicalJson.of(RawJson.of(json))).hasToString(expected);
    }

    @Property(tries = 20_000)
    void agreesWithTheReferenceLibraryOnDoubles(@ForAll long bits) throws IOException {
        // Given
        double value = Double.longBitsToDouble(bits);
        if (!Double.isFinite(value) || (bits & Long.MAX_VALUE) == WRONG_IN_THE_REFERENCE) {
            return;
        }
        String json = "[" + value + "]";

        // When / Then
        assertThat(CanonicalJson.of(RawJson.of(json))).hasToString(new JsonCanonicalizer(json).getEncodedString());
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void isAFixedPoint(@ForAll("documents") String json) throws IOException {
        // Given
        RawJson canonical = CanonicalJson.of(RawJson.of(json));

        // When / Then
        assertThat(CanonicalJson.of(canonical)).isEqualTo(canonical);
    }

    @Example
    void writesNumbersAsEcmaScriptDoes() throws IOException {
        assertThat(of("""
                [0, -0, -0.0, 1.0, 10, 1e3, 1e20, 1e21, 123456789012345678901234567890, 0.000001, 1e-7, 1.5e-7, 4.9e-324,
                1e-323, 2.2250738585072014e-308, 1.7976931348623157e308, 9007199254740993, 999999999999999, -1.25e2, 0.1, 1e-320]""")).isEqualTo("""
                [0,0,0,1,10,1000,100000000000000000000,1e+21,1.2345678901234568e+29,0.000001,1e-7,1.5e-7,5e-324,\
                1e-323,2.2250738585072014e-308,1.7976931348623157e+308,9007199254740992,999999999999999,-125,0.1,1e-320]""");
    }

    @Example
    void keepsTheLiteralOfANumberBeyondDoubles() throws IOException {
        assertThat(of("[1e400, -1E+400, 1e-400]")).isEqualTo("[1e400,-1E+400,0]");
        assertThat(of("[" + "9".repeat(5000) + "]")).isEqualTo("[" + "9".repeat(5000) + "]");
    }

    @Example
    void letsTheLastOfEqualNamesWin() throws IOException {
        assertThat(of("""
                {"b":1,"a":{"x":1},"b":[2],"\\u0061":3,"c":0}""")).isEqualTo("""
                {"a":3,"b":[2],"c":0}""");
    }

    @Example
    void ordersNamesByUtf16CodeUnits() throws IOException {
        // A surrogate pair comes before U+FB33, although its code point is higher.
        assertThat(of("{\"\ufb33\":1,\"😂\":2,\"\u20ac\":3,\"\\r\":4,\"1\":5,\"\":6,\"\u0080\":7,\"aa\":8,\"a\":9}"))
                .isEqualTo(
                        "{\"\":6,\"\\r\":4,\"1\":5,\"a\":9,\"aa\":8,\"\u0080\":7,\"\u20ac\":3,\"😂\":2,\"\ufb33\":1}");
    }

    @Example
    void keepsLoneSurrogatesApartAsEscapes() throws IOException {
        assertThat(of("""
                {"k":"\\uD800","p":"\\ud83d\\ude00","q":"\\uDE00\\uD83D","z":"\\u0000\\u001F\\u007f\\/"}"""))
                .isEqualTo("{\"k\":\"\\ud800\",\"p\":\"😀\",\"q\":\"\\ude00\\ud83d\","
                        + "\"z\":\"\\u0000\\u001f\u007f/\"}");
    }

    @Example
    void keepsSurrogatePairsWholeWhereverTheyStandInALongText() throws IOException {
        for (int before = 4090; before < 4100; before++) {
            // Given
            String json = "[\"" + "x".repeat(before) + "😀\\ty\"]";

            // When / Then
            assertThat(of(json)).isEqualTo(json);
            ByteBuilder out = new ByteBuilder(16);
            CanonicalText.write("x".repeat(before) + "😀", out);
            assertThat(out.toJson()).hasToString("\"" + "x".repeat(before) + "😀\"");
        }
    }

    @Example
    void leavesOutZerosInMapsButNotInArrays() throws IOException {
        assertThat(write("""
                {"z":0,"a":[0,"",{"x":0}],"b":{"c":{"d":null,"e":{}}},"f":-0.0,"g":"","h":[],"i":true,"j":"0","k":1,"k":0,\
                "l":0,"l":2}""", Form.WITHOUT_ZEROS)).isEqualTo("""
                {"a":[0,"",{"x":0}],"i":true,"j":"0","l":2}""");
    }

    @Example
    void leavesOutCacheMarksAtAnyDepth() throws IOException {
        assertThat(write("""
                {"type":"x","cache_control":{"type":"ephemeral"},"a":[{"cache_control":1,"b":0}]}""", Form.WITHOUT_CACHE_MARKS)).isEqualTo("""
                {"a":[{"b":0}],"type":"x"}""");
    }

    @Example
    void refusesWhatIsNoValue() {
        // A lone surrogate in a member's name is refused by the parser: it is the one place where none is kept.
        for (String none : List.of("", " ", "]", "{\"a\"}", "[1", "nul", "{\"\\udc00\":1}", "{\"\\ud800x\":1}")) {
            assertThatThrownBy(() -> of(none)).as(none).isInstanceOf(IOException.class);
        }
    }

    @Provide
    Arbitrary<String> documents() {
        return value(3).map(value -> "{\"root\":" + value + "}");
    }

    private static Arbitrary<String> value(int depth) {
        Arbitrary<String> scalars = Arbitraries.oneOf(strings(), numbers(), Arbitraries.of("true", "false", "null"));
        if (depth == 0) {
            return scalars;
        }
        Arbitrary<String> arrays =
                value(depth - 1).list().ofMaxSize(4).map(items -> "[" + String.join(" ,", items) + "]");
        Arbitrary<String> objects = Combinators.combine(strings(), value(depth - 1))
                .as(Tuple::of)
                .list()
                .ofMaxSize(5)
                .uniqueElements(member -> unescaped(member.get1()))
                .map(members -> members.stream()
                        .map(member -> member.get1() + ": " + member.get2())
                        .collect(Collectors.joining(",", "{", "}")));
        return Arbitraries.oneOf(scalars, arrays, objects);
    }

    private static Arbitrary<String> strings() {
        return Arbitraries.of(
                        "a",
                        "b",
                        "Z",
                        "\\u0061",
                        "\\n",
                        "\\\"",
                        "\\\\",
                        "\\/",
                        "\\u0000",
                        "\\u001f",
                        "\u007f",
                        "é",
                        "\u20ac",
                        "\ufb33",
                        "\uffff",
                        "😀",
                        "\\ud83d\\ude00",
                        "\\t",
                        "\\b",
                        "\\f",
                        "\\r",
                        " ")
                .list()
                .ofMaxSize(6)
                .map(parts -> "\"" + String.join("", parts) + "\"");
    }

    private static Arbitrary<String> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.integers().map(String::valueOf),
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.doubles().map(String::valueOf),
                Arbitraries.of("-0", "0.0", "1E2", "1e-9", "123.4500", "1e22", "100000000000000000000000"));
    }

    private static String unescaped(String json) {
        try (JsonParser parser = Json.parser(RawJson.of(json))) {
            parser.nextToken();
            return parser.getText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String of(String json) throws IOException {
        return CanonicalJson.of(RawJson.of(json)).toString();
    }

    private static String write(String json, Form form) throws IOException {
        byte[] bytes = json.getBytes(UTF_8);
        ByteBuilder out = new ByteBuilder(16);
        try (JsonParser parser = Json.parser(RawJson.of(bytes, 0, bytes.length))) {
            parser.nextToken();
            new CanonicalJson().write(parser, out, form);
        }
        return out.toJson().toString();
    }
}
