package dev.turnkeep.ops.smoke;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What comes in, and what becomes of what cannot. */
record TurnsSmoke(Smoke smoke, Tenant tenant) {
    private static final String ANSWER = """
            {"id":"msg_smoke","type":"message","role":"assistant","model":"claude-sonnet-4-5",
             "content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn",
             "usage":{"input_tokens":5,"output_tokens":2}}""";

    void run() {
        Caller ingest = tenant.ingest();
        smoke.check("ingest is up", () -> ingest.with("").get("/ping").expecting(200));
        smoke.check("a turn is stored once, however often it is posted", () -> {
            String turn = tenant.turn("once", tenant.name("once"), "hello");
            String id = ingest.post("/v1/ingest", turn).expecting(202).text("/turn_id");
            ingest.post("/v1/ingest", turn).expecting(202).with("/turn_id", id);
            tenant.session("once", 1);
            tenant.sessions().get("/v1/turns/" + id).expecting(200);
        });
        smoke.check("a turn's cost is explained, and counts once more on request", () -> {
            String session = tenant.started("cost");
            String turn = tenant.sessions()
                    .get("/v1/sessions/" + session + "/turns")
                    .expecting(200)
                    .text("/items/0/turn_id");
            tenant.sessions().get("/v1/prices/explain?turn_id=" + turn).expecting(200);
            tenant.sessions().get("/v1/sessions/" + session + "/threads").expecting(200);
            String all = "{\"from\":\"2020-01-01T00:00:00Z\",\"until\":\"2020-01-02T00:00:00Z\",\"org_id\":\""
                    + tenant.org() + "\"}";
            tenant.operator().post("/v1/admin/reprice", all).expecting(200);
            tenant.operator()
                    .post("/v1/admin/rederive", "{\"org_id\":\"" + tenant.org() + "\"}")
                    .expecting(200);
        });
        smoke.check("a batch lands", () -> {
            String turns = "{\"turns\":[" + tenant.turn("batch", tenant.name("b1"), "one") + ","
                    + tenant.turn("batch", tenant.name("b2"), "two") + "]}";
            ingest.post("/v1/ingest/batch", turns).expecting(202).with("/accepted", "2");
            tenant.session("batch", 2);
        });
        smoke.check("gzip and zstd are read, around a body and around what a provider sent", () -> {
            for (Coding coding : Coding.values()) {
                String name = tenant.name(coding.token());
                byte[] turn = tenant.turn("packed", name, "hello").getBytes(StandardCharsets.UTF_8);
                ingest.send("POST", "/v1/ingest", coding.pack(turn), Map.of("Content-Encoding", coding.token()))
                        .expecting(202);
                byte[] answer = coding.pack(ANSWER.getBytes(StandardCharsets.UTF_8));
                ingest.post("/v1/ingest", tenant.raw("packed", name + "-raw", coding.token(), answer))
                        .expecting(202);
            }
            tenant.session("packed", 4);
        });
        smoke.check("a transcript is taken", () -> ingest.post(
                        "/v1/ingest/transcript",
                        "{\"session\":{\"harness_id\":\"%s\",\"harness_session_id\":\"%s\"},\"records\":[{\"type\":\"user\"}]}"
                                .formatted(Tenant.HARNESS, tenant.name("once")))
                .expecting(202));
        smoke.check("a span of OpenTelemetry becomes a turn", () -> {
            ingest.post("/v1/otlp/v1/traces", span()).expecting(200);
            Smoke.until(
                    "its session is there",
                    () -> tenant.sessions()
                                    .get("/v1/sessions?harness_session_id=" + tenant.name("span") + "&harness_id="
                                            + Tenant.HARNESS)
                                    .expecting(200)
                                    .json()
                                    .path("items")
                                    .size()
                            == 1);
        });
        smoke.check("a turn that breaks the rules is refused, kept, shown and judged again", this::deadLetter);
    }

    private void deadLetter() {
        Caller operator = tenant.ingest().with(tenant.deployment().adminKey());
        tenant.ingest()
                .post(
                        "/v1/ingest",
                        "{\"provider\":\"nobody\",\"meta\":{\"request_id\":\"" + tenant.name("bad") + "\"}}")
                .expecting(422);
        String[] id = new String[1];
        Smoke.until("the letter is listed", () -> {
            Answer letters = operator.get("/v1/admin/dead-letters?org_id=" + tenant.org())
                    .expecting(200);
            id[0] = letters.json().path("items").path(0).path("id").asText();
            return !id[0].isEmpty();
        });
        operator.get("/v1/admin/dead-letters/" + id[0]).expecting(200);
        Answer value =
                operator.get("/v1/admin/dead-letters/" + id[0] + "/value").expecting(200);
        if (!value.body().contains(tenant.name("bad"))) {
            throw new Unexpected("the letter's bytes are not those that were posted: " + value.body());
        }
        Answer requeued = operator.post("/v1/admin/dead-letters/requeue", "{\"ids\":[\"" + id[0] + "\"]}")
                .expecting(200);
        if (requeued.json().path("refused").size() != 1) {
            throw new Unexpected("it should be refused again: " + requeued.body());
        }
    }

    private String span() {
        long now = System.currentTimeMillis() * 1_000_000;
        String trace = "%032x".formatted(now);
        return """
                {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"%s"}}]},
                 "scopeSpans":[{"spans":[{"traceId":"%s","spanId":"00f067aa0ba902b7","name":"chat","kind":3,
                  "startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[
                  {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
                  {"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},
                  {"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},
                  {"key":"gen_ai.conversation.id","value":{"stringValue":"%s"}},
                  {"key":"gen_ai.usage.input_tokens","value":{"intValue":"3"}},
                  {"key":"gen_ai.usage.output_tokens","value":{"intValue":"2"}},
                  {"key":"gen_ai.input.messages","value":{"stringValue":"[{\\"role\\":\\"user\\",\\"parts\\":[{\\"type\\":\\"text\\",\\"content\\":\\"hi\\"}]}]"}},
                  {"key":"gen_ai.output.messages","value":{"stringValue":"[{\\"role\\":\\"assistant\\",\\"parts\\":[{\\"type\\":\\"text\\",\\"content\\":\\"hello\\"}],\\"finish_reason\\":\\"stop\\"}]"}}
                 ]}]}]}]}""".formatted(Tenant.HARNESS, trace, now, now + 1_000_000, tenant.name("span"));
    }
}
