package dev.turnkeep.e2e.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.e2e.conversation.Greenhouse.Form;
import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@WithTurnkeep
class ConversationIT {
    private final Turnkeep turnkeep;
    private final Tenant tenant;

    ConversationIT(Turnkeep turnkeep) {
        this.turnkeep = turnkeep;
        this.tenant = turnkeep.tenant("conversations");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void keepsAConversationWithToolCallsAsOneSessionWithExactTotals(Form form) {
        // When
        Greenhouse.turns("totals", form, Instant.now()).forEach(tenant::post);

        // Then
        JsonNode session = tenant.session(Greenhouse.HARNESS, "totals", Greenhouse.length());
        assertThat(session.path("state").asText()).isEqualTo("open");
        assertThat(session.path("epoch").asInt()).isOne();
        assertThat(counts(session)).isEqualTo(expectedCounts(0));
        assertThat(events(session)).containsExactly("session.started new");
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void readsTheConversationBackAsItWasHeld(Form form) {
        // Given
        Greenhouse.turns("messages", form, Instant.now()).forEach(tenant::post);
        String id = tenant.session(Greenhouse.HARNESS, "messages", Greenhouse.length())
                .path("friendly_id")
                .asText();

        // When
        List<JsonNode> messages = tenant.items(id, "messages").reversed();

        // Then
        assertThat(messages.stream().map(Words::of)).containsExactlyElementsOf(Greenhouse.transcript());
        for (int i = 1; i < messages.size(); i++) {
            assertThat(messages.get(i).path("parent_hash"))
                    .isEqualTo(messages.get(i - 1).path("hash"));
        }
    }

    @Test
    void knowsAConversationInBothFormsByTheSameHashes() {
        // When
        Greenhouse.turns("hashes-reduced", Form.REDUCED, Instant.now()).forEach(tenant::post);
        Greenhouse.turns("hashes-raw", Form.RAW, Instant.now()).forEach(tenant::post);

        // Then
        assertThat(hashes("hashes-reduced"))
                .hasSize(Greenhouse.transcript().size())
                .isEqualTo(hashes("hashes-raw"));
    }

    private List<String> hashes(String session) {
        String id = tenant.session(Greenhouse.HARNESS, session, Greenhouse.length())
                .path("id")
                .asText();
        return tenant.items(id, "messages").stream()
                .map(message -> message.path("hash").asText())
                .toList();
    }

    @Test
    void formsOneSessionThatIsEndedAlreadyOfTurnsThatWereCapturedLongAgo() {
        // Given
        Instant end = Instant.now().minus(3, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);

        // When
        Greenhouse.turns("long-ago", Form.RAW, end).forEach(tenant::post);

        // Then
        JsonNode session = tenant.session(Greenhouse.HARNESS, "long-ago", Greenhouse.length());
        assertThat(session.path("state").asText()).isEqualTo("ended");
        assertThat(session.path("end_reason").asText()).isEqualTo("backfill");
        assertThat(counts(session)).isEqualTo(expectedCounts(Greenhouse.length()));
        assertThat(Instant.parse(session.path("ended_at").asText())).isEqualTo(end);
        assertThat(Instant.parse(session.path("started_at").asText()))
                .isEqualTo(end.minus(Greenhouse.minutes(Greenhouse.length() - 1)));
        assertThat(events(session)).contains("session.started backfill", "session.ended backfill");
    }

    @Test
    void takesABatchAsOneDocumentAndAsLines() {
        // Given
        List<ObjectNode> lines = Greenhouse.turns("lines", Form.RAW, Instant.now());
        String body = lines.stream().map(JsonNode::toString).collect(Collectors.joining("\n", "", "\n"));

        // When
        List<String> ofDocument = tenant.postBatch(Greenhouse.turns("document", Form.REDUCED, Instant.now()));
        Answer answer = tenant.ingest().post("/v1/ingest/batch", "application/x-ndjson", body);
        List<String> ofLines = Tenant.ids(answer.expecting(202), lines.size());

        // Then
        assertThat(storedTurns("document")).containsExactlyElementsOf(ofDocument);
        assertThat(storedTurns("lines")).containsExactlyElementsOf(ofLines);
        assertThat(tenant.sessions().get("/v1/turns/" + ofLines.getLast()).text("/turn/turn_id"))
                .isEqualTo(ofLines.getLast());
    }

    private List<String> storedTurns(String session) {
        String id = tenant.session(Greenhouse.HARNESS, session, Greenhouse.length())
                .path("id")
                .asText();
        return tenant.items(id, "turns").stream()
                .map(turn -> turn.path("turn_id").asText())
                .toList();
    }

    @Test
    void writesNothingWhenEverythingIsPostedAgainThreeTimesAtOnce() throws InterruptedException, ExecutionException {
        // Given
        List<ObjectNode> everything = everything();
        Set<String> ids = new HashSet<>(tenant.postBatch(everything));
        turnkeep.turnLog().awaitConsumed();
        Map<String, List<String>> before = turnkeep.database().dump();

        // When
        List<Future<List<String>>> repetitions = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3; i++) {
                repetitions.add(threads.submit(
                        () -> everything.stream().map(tenant::post).toList()));
            }
        }
        turnkeep.turnLog().awaitConsumed();

        // Then
        for (Future<List<String>> repetition : repetitions) {
            assertThat(repetition.get()).hasSameElementsAs(ids);
        }
        assertThat(before.get("turns")).hasSizeGreaterThanOrEqualTo(everything.size());
        assertThat(turnkeep.database().dump()).isEqualTo(before);
    }

    /** Something of every kind that there is. */
    private static List<ObjectNode> everything() {
        Instant now = Instant.now();
        List<ObjectNode> turns = new ArrayList<>();
        turns.addAll(Greenhouse.turns("again-reduced", Form.REDUCED, now));
        turns.addAll(Greenhouse.turns("again-raw", Form.RAW, now));
        turns.addAll(Greenhouse.turns("again-late", Form.RAW, now.minus(2, ChronoUnit.DAYS)));
        turns.add(Turn.in("again-child").parent("again-missing").json());
        turns.add(Turn.in("again-sibling").parent("again-raw").json());
        turns.add(Turn.by("again-actor").captured(now).json());
        turns.add(Turn.by("again-actor")
                .captured(now.plusSeconds(1))
                .says("<event>knock</event>Still there?", "Yes.")
                .json());
        turns.add(Turn.in("again-variant")
                .says("<event>ring</event>Still there?", "Yes.")
                .json());
        turns.add(Turn.in("again-unnamed")
                .session("harness_session_id", "")
                .says("Only words", "name me.")
                .json());
        return turns;
    }

    private static Map<String, Long> counts(JsonNode session) {
        return expectedCounts(0).keySet().stream().collect(Collectors.toMap(name -> name, name -> session.path(name)
                .asLong(-1)));
    }

    private static Map<String, Long> expectedCounts(int late) {
        return Map.of(
                "turn_count",
                (long) Greenhouse.length(),
                "late_turn_count",
                (long) late,
                "input_tokens",
                Greenhouse.tokens("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"),
                "output_tokens",
                Greenhouse.tokens("output_tokens"),
                "cache_read_tokens",
                Greenhouse.tokens("cache_read_input_tokens"),
                "cache_write_tokens",
                Greenhouse.tokens("cache_creation_input_tokens"),
                "tool_calls",
                3L,
                "tool_errors",
                1L);
    }

    /** As {@code type kind}, oldest first. */
    private List<String> events(JsonNode session) {
        return tenant.items(session.path("id").asText(), "events").stream()
                .map(event -> event.path("type").asText() + " "
                        + event.path("payload")
                                .path("kind")
                                .asText(event.path("payload").path("reason").asText()))
                .toList();
    }
}
