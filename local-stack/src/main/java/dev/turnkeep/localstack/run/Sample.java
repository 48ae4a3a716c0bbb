package dev.turnkeep.localstack.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.turnkeep.localstack.EngineException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Posts the sample conversation and shows what the system made of it. */
final class Sample {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_MILLIS = 100;

    private Sample() {}

    /**
     * Posts every turn, waits for the session, and describes it.
     *
     * @throws EngineException when a turn is refused or the session does not appear in time
     */
    static String tell(Conversation conversation, Api ingest, Api sessions) {
        for (ObjectNode turn : conversation.turns()) ingest.post("/v1/ingest", turn, 202);
        String path = "/v1/sessions?harness_id=" + encoded(conversation.harness()) + "&harness_session_id="
                + encoded(conversation.harnessSession());
        return describe(await(conversation, sessions, path), conversation);
    }

    private static JsonNode await(Conversation conversation, Api sessions, String path) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Api.Answer answer = sessions.get(path);
            JsonNode session = answer.body().path("items").path(0);
            if (session.path("turn_count").asInt() >= conversation.totals().turns()) return session;
            if (System.nanoTime() > deadline)
                throw new EngineException("the sample session did not appear within %d s: status %d, %s"
                        .formatted(PATIENCE.toSeconds(), answer.status(), answer.body()));
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EngineException("interrupted while waiting for the sample session", e);
            }
        }
    }

    static String describe(JsonNode session, Conversation conversation) {
        Conversation.Totals sent = conversation.totals();
        StringBuilder text = new StringBuilder("The sample session, as posted and as stored:\n");
        text.append("    %-14s %s%n".formatted("harness", conversation.harness()));
        text.append("    %-14s %s%n".formatted("session", conversation.harnessSession()));
        line(text, session, "turn_count", sent.turns());
        line(text, session, "input_tokens", sent.inputTokens());
        line(text, session, "output_tokens", sent.outputTokens());
        line(text, session, "tool_calls", sent.toolCalls());
        line(text, session, "tool_errors", sent.toolErrors());
        return text.toString();
    }

    private static void line(StringBuilder text, JsonNode session, String column, long sent) {
        JsonNode stored = session.path(column);
        String verdict = stored.asLong(-1) == sent ? "" : "   DIFFERS";
        text.append("    %-14s %,8d %,8d%s%n".formatted(column, sent, stored.asLong(-1), verdict));
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
