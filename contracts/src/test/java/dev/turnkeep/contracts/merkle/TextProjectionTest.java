package dev.turnkeep.contracts.merkle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TextProjectionTest {
    private static final List<String> TAGS = List.of(
            "system-reminder",
            "command-name",
            "command-message",
            "command-args",
            "local-command-stdout",
            "local-command-stderr",
            "local-command-caveat",
            "session",
            "conversation",
            "new-diagnostics",
            "task-notification",
            "status",
            "summary",
            "transcript",
            "event",
            "tool-use-id",
            "output-file",
            "task-id",
            "environment_context");

    @Property
    void agreesWithTheObviousProjection(@ForAll("tagSoup") String text) {
        // When / Then
        assertThat(TextProjection.of(text)).isEqualTo(obvious(text));
    }

    @Property
    void agreesWithTheObviousProjectionOfSpansInsideSpans(@ForAll("torn") String text) {
        // When / Then
        assertThat(TextProjection.of(text)).isEqualTo(obvious(text));
    }

    @Example
    void stripsEachOfTheTags() {
        for (String tag : TAGS) {
            // Given
            String text = "a<" + tag + ">noise\n</" + tag + ">b";

            // When / Then
            assertThat(TextProjection.of(text)).as(tag).isEqualTo("ab");
            assertThat(TextProjection.of("a<" + tag + " x=\"1\">b</" + tag + ">"))
                    .as("only the bare tag is known")
                    .contains("<" + tag);
        }
    }

    @Example
    void letsAnUnclosedTagTakeTheRest() {
        // When / Then
        assertThat(TextProjection.of("before <status>after\nand more")).isEqualTo("before");
    }

    @Example
    void stripsATagThatARemovalJoined() {
        // When / Then
        assertThat(TextProjection.of("a<sta<status>x</status>tus>gone</status>b"))
                .isEqualTo("ab");
    }

    @Example
    void foldsLineEndsAndBlankLines() {
        // When / Then
        assertThat(TextProjection.of("\u00a0 a \t\r\n\r\n \n\n  b\rc\r\r\nd \u3000\n"))
                .isEqualTo("a\n  b\rc\r\nd");
    }

    @Example
    void staysLinearOnHostileText() {
        // Given
        int times = 1_000_000;
        String openings = "<status>".repeat(times);
        String spans = "<status></status>".repeat(times);
        String nested = "<sta".repeat(times) + "<status></status>" + "tus></status>".repeat(times);
        String brackets = "<".repeat(10 * times);

        // When / Then: a quadratic scan would take hours.
        assertThat(TextProjection.of(openings)).isEmpty();
        assertThat(TextProjection.of(spans)).isEmpty();
        assertThat(TextProjection.of(nested)).isEmpty();
        assertThat(TextProjection.of(brackets)).isEqualTo(brackets);
        assertThat(TextProjection.of("x" + " \n".repeat(5 * times) + "y")).isEqualTo("x\ny");
    }

    @Provide
    Arbitrary<String> tagSoup() {
        Arbitrary<String> tags = Arbitraries.of(TAGS);
        return Arbitraries.oneOf(
                        tags.map(tag -> "<" + tag + ">"),
                        tags.map(tag -> "</" + tag + ">"),
                        tags.map(tag -> "<" + tag + ">inside</" + tag + ">"),
                        tags.map(tag -> "<" + tag.substring(0, tag.length() / 2)),
                        tags.map(tag -> tag.substring(tag.length() / 2) + ">"),
                        Arbitraries.of(" ", "\t", "\n", "\r\n", "\r", "\n\n", "a", "é", "<", ">", "\ud800", "\u00a0"))
                .list()
                .ofMaxSize(30)
                .map(parts -> String.join("", parts));
    }

    /** Few tags cut anywhere, so that removals often join new ones. */
    @Provide
    Arbitrary<String> torn() {
        Arbitrary<String> span = Arbitraries.of("<event>", "</event>", "<event></event>", "<status>x</status>");
        Arbitrary<String> cut = Arbitraries.integers()
                .between(0, 7)
                .flatMap(at -> Arbitraries.of("<event>".substring(0, at), "<event>".substring(at)));
        return Arbitraries.oneOf(span, cut).list().ofMaxSize(20).map(parts -> String.join("", parts));
    }

    /** The rule as it is told, with no thought for time. */
    private static String obvious(String text) {
        String result = text;
        for (String tag : TAGS) {
            int start = result.indexOf("<" + tag + ">");
            while (start >= 0) {
                int end = result.indexOf("</" + tag + ">", start);
                result = result.substring(0, start) + (end < 0 ? "" : result.substring(end + tag.length() + 3));
                start = result.indexOf("<" + tag + ">");
            }
        }
        return result.replace("\r\n", "\n")
                .replaceAll("[ \t]+\n", "\n")
                .replaceAll("\n{2,}", "\n")
                .replaceAll("(?U)^\\s+|(?U)\\s+\\z", "");
    }
}
