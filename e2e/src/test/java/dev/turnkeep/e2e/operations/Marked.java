package dev.turnkeep.e2e.operations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;

/**
 * Requests that say a mark wherever somebody can say something, good ones and such as are refused at every stage: by the
 * server, by the parsers, by the rules, by the consumer.
 *
 * @param mark a word that nothing else says
 * @param place such a word in paths and queries, which traces may name and logs may not
 */
record Marked(String mark, String place) {
    static Marked fresh() {
        return new Marked(word("mark"), word("place"));
    }

    private static String word(String beginning) {
        return beginning + UUID.randomUUID().toString().replace("-", "");
    }

    /** Turns that are accepted. The first two are stored; no session has the third one's id, so it becomes a dead letter. */
    void accepted(Tenant tenant, String traceOfTheThird) {
        tenant.post(Turn.in("marked")
                .request("marked-1")
                .says(mark + " question", mark + " answer")
                .system(mark)
                .session("name", mark)
                .session("cwd", "/" + mark)
                .json());
        tenant.post(Turn.in("marked")
                .request("marked-1")
                .says("the same turn says another " + mark, mark)
                .json());
        byte[] unknown = Turn.in("x")
                .session("session_id", "session_00000000000000000000000000")
                .says(mark, mark)
                .json()
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        String traceparent = "00-" + traceOfTheThird + "-b7ad6b7169203331-01";
        Map<String, String> headers = Map.of("Content-Type", "application/json", "traceparent", traceparent);
        tenant.ingest().send("POST", "/v1/ingest", unknown, headers).expecting(202);
    }

    /** What is refused before anything is kept, but for what goes to the dead-letter topic. */
    void refused(Tenant tenant) {
        String good = Turn.in("marked").says(mark, mark).json().toString();
        for (String body : new String[] {
            mark,
            "\"" + mark + "\"",
            "{\"" + mark + "\":",
            good.substring(0, good.length() - 5),
            good.replace("\"anthropic\"", "\"" + mark + "\""),
            good.replace("\"max_tokens\":256", "\"max_tokens\":" + mark),
            Turn.in(mark + "\u0000").json().toString(),
            Turn.in("marked")
                    .with("/request", "messages", TextNode.valueOf(mark))
                    .json()
                    .toString(),
            Turn.in("marked")
                    .with("/session", "harness_metadata", TextNode.valueOf(mark))
                    .json()
                    .toString()
        }) {
            said(tenant.ingest(), "/v1/ingest", "application/json", body);
            said(tenant.ingest(), "/v1/ingest/batch", "application/json", body);
        }
        said(tenant.ingest(), "/v1/ingest", mark, good);
        said(tenant.ingest(), "/v1/ingest/" + place, "application/json", good);
        said(tenant.ingest(), "/v1/ingest/transcript", "application/json", "{\"transcript\":\"" + mark);
        said(tenant.ingest(), "/v1/otlp/v1/traces", "application/json", "{\"resourceSpans\":\"" + mark + "\"}");
        said(tenant.ingest(), "/v1/otlp/v1/traces", "application/x-protobuf", mark);
        said(tenant.sessions(), "/api/v1/sessions", "application/json", "{\"type\":" + mark);
        said(tenant.sessions(), "/api/v1/sessions", "application/json", "{\"type\":{\"a\":\"" + mark + "\"}}");
    }

    /** A session whose labels and channel say it, and appends that cannot be taken. */
    void sessions(Tenant tenant) {
        JsonNode wanted = Http.JSON
                .createObjectNode()
                .put("type", "chat.agent")
                .put("externalId", "marked")
                .put("taskIdentifier", "agent")
                .set(
                        "triggerConfig",
                        Http.JSON
                                .createObjectNode()
                                .set("basePayload", Http.JSON.createObjectNode().put("said", mark)));
        String id = tenant.sessions()
                .post("/api/v1/sessions", wanted)
                .expecting(201)
                .text("/id");
        String out = "/v1/sessions/" + id + "/out";
        tenant.sessions().post(out, Http.JSON.createArrayNode().add(mark)).expecting(204);
        said(tenant.sessions(), out, "application/json", "[" + mark + "]");
        said(tenant.sessions(), out, "text/" + mark, mark);
        said(tenant.sessions(), out + "?offset=" + place, "application/json", "");
        tenant.sessions().get("/v1/sessions?cursor=" + place);
        tenant.sessions().get("/v1/sessions/" + place);
    }

    private static void said(Http service, String path, String contentType, String body) {
        int status = service.post(path, contentType, body).status();
        if (status >= 500) {
            throw new AssertionError(path + " answered " + status);
        }
    }
}
