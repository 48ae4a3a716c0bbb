package dev.turnkeep.ops.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Channels of a session as realtime clients speak to them. */
record RealtimeSmoke(Smoke smoke, Tenant tenant) {

    void run() {
        Caller sessions = tenant.sessions();
        smoke.check("realtime: a part is stored once, drained, followed, and the last of a closed session", () -> {
            String id = created("realtime");
            String path = "/realtime/v1/sessions/" + tenant.name("realtime");
            sessions.put(path + "/in", "").expecting(202);
            Answer writer = sessions.put(path + "/out", "").expecting(202);
            if (!writer.headers().firstValue("X-S2-Stream-Name").orElse("").equals("sessions/" + id + "/out")) {
                throw new Unexpected("a writer is told of another stream");
            }
            Map<String, String> part = Map.of("X-Part-Id", "part-1");
            sessions.send("POST", path + "/in/append", "\"once\"", part)
                    .expecting(200)
                    .with("/seq", "0");
            sessions.send("POST", path + "/in/append", "\"once\"", part)
                    .expecting(200)
                    .with("/seq", "0");
            sessions.post(path + "/out/append", "{\"n\":1}").expecting(200);
            JsonNode records =
                    sessions.get(path + "/in/records").expecting(200).json().path("records");
            if (records.size() != 1) {
                throw new Unexpected("the channel has " + records);
            }
            sessions.send("HEAD", path + "/out", "", Map.of()).expecting(200);
            sessions.post("/api/v1/sessions/" + id + "/close", "{}").expecting(200);
            Answer events = sessions.get(path + "/out").expecting(200);
            if (!events.body().contains("event: batch") || !events.body().endsWith("data: [DONE]\n\n")) {
                throw new Unexpected("following it told this: " + events.body());
            }
            sessions.post(path + "/in/append", "late").expecting(400);
        });
    }

    private String created(String name) {
        return tenant.sessions()
                .post("/api/v1/sessions", """
                        {"type":"smoke","taskIdentifier":"smoke","externalId":"%s","triggerConfig":{"basePayload":{}}}
                        """.formatted(tenant.name(name)))
                .expecting(201)
                .text("/id");
    }
}
