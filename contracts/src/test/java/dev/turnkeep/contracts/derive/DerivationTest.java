package dev.turnkeep.contracts.derive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.lifecycle.Outcome;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.TurnNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DerivationTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "Fix the parser"                                                         | Fix the parser
            "  Fix\\n\\n the\\tparser "                                              | Fix the parser
            [{"type":"text","text":"Fix it"}]                                        | Fix it
            [{"text":"Fix it"}]                                                      | Fix it
            [{"type":"input_text","text":"Fix it"}]                                  | Fix it
            [{"type":"text","text":"<system-reminder>x</system-reminder>"},{"type":"text","text":"Fix it"}] | Fix it
            [{"type":"tool_result","content":"Fix it","text":"no"},{"text":"Go on"}] | Go on
            [{"type":"image","source":{"data":"aaaa"}},{"type":"text","text":"Look"}] | Look
            "{not JSON"                                                              | {not JSON
            "nul\\u0000 and \\ud800 lone"                                            | nul and \ufffd lone
            """)
    void thePromptIsTheFirstThingThatWasSaid(String content, String title) {
        assertThat(Derivation.promptIn(RawJson.of(content))).isEqualTo(title);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "<system-reminder>only this</system-reminder>"
            "{\\"json\\": [1, 2]}"
            "[1, 2]"
            []
            {"parts": 1}
            [1, "text"]
            [{"type":"tool_result","content":"x"}]
            17
            """)
    void whatHoldsNoWordsIsNoPrompt(String content) {
        assertThat(Derivation.promptIn(RawJson.of(content))).isNull();
    }

    @Test
    void aPromptIsCutToATitleBetweenCharacters() {
        // Given
        String smiles = "\ud83d\ude00".repeat(200);

        // Then
        assertThat(Derivation.promptIn(RawJson.of("\"" + smiles + "\""))).isEqualTo("\ud83d\ude00".repeat(120));
    }

    @Test
    void thePromptIsOfTheFirstMessageOfTheUserThatHasOne() {
        // Given
        List<TurnNode> nodes = List.of(
                node("system", "\"You help\""),
                node("user", "\"<system-reminder>x</system-reminder>\""),
                node("assistant", "\"Yes?\""),
                node("user", "\"Fix it\""),
                node("user", "\"And this\""));

        // Then
        assertThat(Derivation.prompt(nodes)).isEqualTo("Fix it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "{\\"title\\": \\"Parser fix\\"}"                            | Parser fix
            [{"type":"text","text":" {\\"isNewTopic\\":true,\\"title\\":\\"Parser fix\\"} "}] | Parser fix
            """)
    void aResponseThatIsATitleIsTheHarness(String content, String title) {
        assertThat(Derivation.titleIn(RawJson.of(content))).isEqualTo(title);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "Here is the title: {\\"title\\": \\"x\\"}"
            "{\\"title\\": null}"
            "{\\"title\\": \\" \\"}"
            "{\\"title\\": \\"x\\"} and more"
            "plain"
            [{"type":"tool_use","input":{"title":"x"}}]
            """)
    void whatOnlyMentionsATitleIsNone(String content) {
        assertThat(Derivation.titleIn(RawJson.of(content))).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "COMPLETE,false,COMPLETED",
        "STOP_SEQUENCE,false,COMPLETED",
        "TOOL_USE,false,WAITING",
        "PAUSE,false,WAITING",
        "INCOMPLETE,false,WAITING",
        "LENGTH,false,FAILED",
        "REFUSAL,false,FAILED",
        "COMPLETE,true,FAILED",
        "UNKNOWN,false,UNKNOWN",
        "OTHER,true,FAILED"
    })
    void theOutcomeFollowsFromHowTheResponseEnded(StopKind stop, boolean failed, Outcome outcome) {
        assertThat(Outcome.of(stop, failed)).isEqualTo(outcome);
    }

    @Test
    void aRequestForOneTokenIsAProbe() {
        assertThat(Derivation.probe(StopKind.LENGTH, 1)).isTrue();
        assertThat(Derivation.probe(StopKind.LENGTH, 2)).isFalse();
        assertThat(Derivation.probe(StopKind.COMPLETE, 1)).isFalse();
    }

    private static TurnNode node(String role, String content) {
        return new TurnNode("0".repeat(64), role, RawJson.of(content));
    }
}
