package dev.turnkeep.ops.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;

/**
 * An organisation made for this run, and its way to the services.
 *
 * @param ingest with the organisation's key; so {@code sessions}
 * @param mark what names begin with, different in each run
 */
record Tenant(Deployment deployment, String org, Caller ingest, Caller sessions, Calls calls, String mark) {
    static final String ENVIRONMENT = "smoke";
    static final String HARNESS = "smoke";

    static Tenant of(Deployment deployment, Calls calls) {
        String mark = "smoke-" + Long.toString(System.currentTimeMillis(), 36);
        Caller operator = new Caller(deployment.sessions(), deployment.adminKey(), calls);
        String org = operator.post("/v1/admin/orgs", "{\"name\":\"" + mark + "\"}")
                .expecting(201)
                .text("/org_id");
        operator.put("/v1/admin/orgs/" + org + "/environments/" + ENVIRONMENT, "{\"idle_timeout\":\"PT2S\"}")
                .expecting(200);
        String key = operator.post(
                        "/v1/admin/keys",
                        "{\"org_id\":\"%s\",\"environment\":\"%s\",\"name\":\"smoke\"}".formatted(org, ENVIRONMENT))
                .expecting(201)
                .text("/key");
        return new Tenant(
                deployment,
                org,
                new Caller(deployment.ingest(), key, calls),
                new Caller(deployment.sessions(), key, calls),
                calls,
                mark);
    }

    Caller operator() {
        return sessions.with(deployment.adminKey());
    }

    Caller reaper() {
        return new Caller(deployment.reaperManagement(), "", calls);
    }

    Caller replication() {
        return new Caller(deployment.replicationManagement(), "", calls);
    }

    /** A name of this run. */
    String name(String what) {
        return mark + "-" + what;
    }

    /** A turn of a session of this run: a question and its answer. */
    String turn(String session, String request, String answer) {
        return turn(session, request, answer, HARNESS);
    }

    String turn(String session, String request, String answer, String harness) {
        return envelope(session, request, harness, """
                "response":{"model":"claude-sonnet-4-5","done":true,"stop_reason":"end_turn",
                   "message":{"role":"assistant","content":[{"type":"text","text":"%s"}]},
                   "usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}""".formatted(answer));
    }

    /** A turn whose answer is what the provider sent, in this content coding. */
    String raw(String session, String request, String coding, byte[] answer) {
        return envelope(
                session, request, HARNESS, """
                "raw_response":"%s","raw_response_encoding":"%s\"""".formatted(Base64.getEncoder().encodeToString(answer), coding));
    }

    private String envelope(String session, String request, String harness, String response) {
        return """
                {"provider":"anthropic",
                 "request":{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":"hello from %2$s"}]},
                 %3$s,
                 "meta":{"request_id":"%2$s"},
                 "session":{"harness_id":"%1$s","harness_session_id":"%4$s","actor_id":"%5$s"}}
                """.formatted(harness, request, response, name(session), name("actor"));
    }

    /** The session of turns, once it has so many. */
    JsonNode session(String session, int turns) {
        String path = "/v1/sessions?harness_id=" + HARNESS + "&harness_session_id=" + name(session);
        JsonNode[] found = new JsonNode[1];
        Smoke.until(session + " has " + turns + " turns", () -> {
            JsonNode items = sessions.get(path).expecting(200).json().path("items");
            found[0] = items.path(0);
            return items.size() == 1 && items.path(0).path("turn_count").asInt() == turns;
        });
        return found[0];
    }

    /** The id of a new session with one turn. */
    String started(String session) {
        ingest.post("/v1/ingest", turn(session, name(session), "hello")).expecting(202);
        return session(session, 1).path("id").asText();
    }
}
