package dev.turnkeep.ops.smoke;

import dev.turnkeep.ops.smoke.Deployment.Snapshots;
import java.util.Map;

/** The control plane: sessions made by their callers, and tokens for them. */
record ControlSmoke(Smoke smoke, Tenant tenant) {

    void run() {
        Caller sessions = tenant.sessions();
        String create =
                "{\"type\":\"chat\",\"taskIdentifier\":\"smoke\",\"externalId\":\"%s\",\"triggerConfig\":{\"basePayload\":{}}}"
                        .formatted(tenant.name("external"));
        String path = "/api/v1/sessions/" + tenant.name("external");
        smoke.check("a session is created once, changed and listed", () -> {
            Answer created = sessions.post("/api/v1/sessions", create).expecting(201);
            sessions.post("/api/v1/sessions", create).expecting(200).with("/id", created.text("/id"));
            sessions.get(path).expecting(200);
            sessions.send("PATCH", path, "{\"tags\":[\"smoke\"]}", Map.of()).expecting(200);
            sessions.get("/api/v1/sessions").expecting(200).text("/data/0/id");
        });
        smoke.check("a public token opens what it names and nothing else", () -> {
            sessions.post("/api/v1/auth/jwt/claims", "").expecting(200);
            String token = sessions.post(
                            "/api/v1/auth/public-tokens",
                            "{\"scopes\":[\"read:sessions:" + tenant.name("external") + "\"]}")
                    .expecting(200)
                    .text("/token");
            sessions.with(token).get(path).expecting(200);
            sessions.with(token).post(path + "/close", "{}").expecting(403);
        });
        smoke.check("a run is handed over, and none is waited for", () -> {
            String run = sessions.get(path).expecting(200).text("/currentRunId");
            sessions.post(path + "/end-and-continue", "{\"callingRunId\":\"" + run + "\",\"reason\":\"smoke\"}")
                    .expecting(200)
                    .with("/swapped", "true");
            sessions.post("/api/v1/runs/" + run + "/session-streams/wait", "{}").expecting(501);
        });
        Snapshots snapshots = tenant.deployment().snapshots();
        smoke.check(
                snapshots == Snapshots.NONE ? "snapshots are said not to be offered" : "snapshots have links", () -> {
                    int links = snapshots == Snapshots.NONE ? 501 : 200;
                    sessions.put(path + "/snapshot-url", "").expecting(links);
                    sessions.get(path + "/snapshot-url").expecting(links);
                    // This alone asks the store.
                    sessions.get(path + "/transcript").expecting(snapshots == Snapshots.LINKS ? 503 : links);
                });
        smoke.check("a session is closed by its control plane", () -> {
            sessions.post(path + "/close", "{}").expecting(200);
            sessions.post("/api/v1/sessions", create).expecting(409);
        });
    }
}
