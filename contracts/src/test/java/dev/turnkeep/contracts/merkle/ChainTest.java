package dev.turnkeep.contracts.merkle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalJson;
import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The vectors are the wire contract with every producer that computes the same hashes: they never change. */
class ChainTest {
    private static final String QUESTION = "7dfcacd63916fcb36b1ad02714c7423fc6b1a001ddf8c4b2f666981d8a8be378";
    private static final String ANSWER = "973383e04f8bc85562886324ba17e46095276d50951c9fc7eb3f1e69fb41defe";
    private static final String EDIT = "542073bdcf0e799bdaae19e328c3f0b23ef3706edd886191191bb8012c0c87e6";
    private static final String ONLY_TAGS = "613442d3481093478e32aaab30668596b839c250a01a4f5584bdd3cddb9d84c0";

    private final ContentWriter writer = new ContentWriter();

    @Test
    void hashesATextAndItsAnswer() {
        // Given
        Message question = message("user", new Block("text").text("What is content addressing?"));
        Message answer = message("assistant", new Block("text").text("Hashing the bytes."));

        // When
        Chain chain = Chain.of(List.of(question, answer));

        // Then
        assertThat(chain.root().hash().hex()).isEqualTo(QUESTION);
        assertThat(chain.root().parent()).isNull();
        assertThat(chain.leaf().hash().hex()).isEqualTo(ANSWER);
        assertThat(chain.leaf().parent()).isEqualTo(chain.root().hash());
    }

    @Test
    void hashesAToolCallWithoutItsZeroValues() throws IOException {
        // Given
        String input = """
                {"file":"a.txt","replace_all":false,"n":0,"opts":{"x":""}}""";
        Block edit = new Block("tool_use").toolUseId("toolu_1").toolName("Edit").toolInput(withoutZeros(input));

        // When
        NodeHash hash = hash(new NodeHash(QUESTION), message("assistant", edit));

        // Then
        assertThat(hash.hex()).isEqualTo(EDIT);
    }

    @Test
    void hashesAMessageOfNothingButASpanAsEmptyContent() {
        // Given
        Block reminder = new Block("text").text("<system-reminder>it is noon</system-reminder>\n");

        // When
        NodeHash hash = hash(null, message("user", reminder));

        // Then
        assertThat(hash.hex()).isEqualTo(ONLY_TAGS);
    }

    @Test
    void knowsMessagesApartByRoleAndByParent() {
        // Given
        Message user = message("user", new Block("text").text("x"));
        Message other = message("us\"er", new Block("text").text("x"));

        // When / Then
        assertThat(hash(null, user)).isNotEqualTo(hash(null, other));
        assertThat(hash(null, user)).isNotEqualTo(hash(new NodeHash(QUESTION), user));
    }

    @Test
    void writesMembersInCanonicalOrderAndLeavesOutEmptyOnes() {
        // Given
        Block all = new Block("b")
                .content(RawJson.of("{\"k\":1}"))
                .imageBase64("aW1n")
                .imageUrl("u")
                .isError(true)
                .mediaType("m")
                .text("t")
                .thinking("h")
                .toolInput(RawJson.of("{\"i\":1}"))
                .toolName("n")
                .toolOutput(" o ")
                .toolResultId("r")
                .toolUseId("c");
        Block empty = new Block("e").thinking("").toolInput(RawJson.of("{}")).content(RawJson.of("null"));
        Block vanishing = new Block("text").text(" \n");

        // When
        writer.add(vanishing);
        writer.add(all);
        writer.add(empty);

        // Then
        assertThat(writer.finish()).hasToString("""
                [{"content":{"k":1},"image_base64":"aW1n","image_url":"u","is_error":true,"media_type":"m","text":"t",\
                "thinking":"h","tool_input":{"i":1},"tool_name":"n","tool_output":"o","tool_result_id":"r",\
                "tool_use_id":"c","type":"b"},{"is_error":false,"type":"e"}]""");
        assertThat(writer.finish()).hasToString("[]");
    }

    @Test
    void refusesAnEmptyChainAndAWrongHash() {
        // When / Then
        assertThatThrownBy(() -> Chain.of(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new NodeHash("ab")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new NodeHash(QUESTION.toUpperCase(Locale.ROOT)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(NodeHash.of(new NodeHash(QUESTION).bytes())).hasToString(QUESTION);
    }

    private Message message(String role, Block block) {
        writer.add(block);
        return new Message(role, RawJson.of("null"), writer.finish());
    }

    private static NodeHash hash(@Nullable NodeHash parent, Message message) {
        return Chain.hash(parent, message.role(), message.projection());
    }

    private static RawJson withoutZeros(String json) throws IOException {
        ByteBuilder out = new ByteBuilder(64);
        try (JsonParser parser = Json.parser(RawJson.of(json))) {
            parser.nextToken();
            new CanonicalJson().write(parser, out, Form.WITHOUT_ZEROS);
        }
        return out.toJson();
    }
}
