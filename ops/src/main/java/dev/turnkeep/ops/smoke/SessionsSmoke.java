package dev.turnkeep.ops.smoke;

/** Reading sessions, and moving them through their life. */
record SessionsSmoke(Smoke smoke, Tenant tenant) {

    void run() {
        Caller sessions = tenant.sessions();
        smoke.check("a session shows its messages, turns, events and totals", () -> {
            String id = tenant.started("read");
            String path = "/v1/sessions/" + id;
            sessions.get(path).expecting(200).with("/session/input_tokens", "5").with("/session/output_tokens", "2");
            size(sessions.get(path + "/messages"), 2);
            size(sessions.get(path + "/turns"), 1);
            sessions.get(path + "/events").expecting(200).with("/items/0/type", "session.started");
            sessions.get("/v1/actors/" + Tenant.HARNESS + "/" + tenant.name("actor") + "/session");
        });
        smoke.check("sessions are listed, counted and summed up", () -> {
            sessions.get("/v1/sessions?limit=1").expecting(200).text("/items/0/id");
            sessions.get("/v1/sessions/tags").expecting(200);
            Smoke.until(
                    "ClickHouse counts them",
                    () -> sessions.get("/v1/sessions/count").status() == 200);
            Smoke.until(
                    "ClickHouse sums them up", () -> sessions.get("/v1/stats").status() == 200);
        });
        smoke.check("a session is suspended, resumed and ended", () -> {
            String path = "/v1/sessions/" + tenant.started("life");
            sessions.post(path + "/suspend", "").expecting(200);
            sessions.post(path + "/resume", "").expecting(200);
            sessions.post(path + "/end", "").expecting(200);
            sessions.get(path).expecting(200).with("/session/state", "ended");
        });
        smoke.check("a lease is taken and given back", () -> {
            String path = "/v1/sessions/" + tenant.started("leased") + "/leases/smoke";
            sessions.put(path, "{\"ttl\":\"PT1M\"}").expecting(200);
            sessions.delete(path).expecting(204);
        });
        smoke.check("a session is closed for good", () -> {
            String path = "/v1/sessions/" + tenant.started("closed");
            sessions.post(path + "/close", "{\"reason\":\"smoke\"}").expecting(200);
            sessions.get(path).expecting(200).with("/session/state", "closed");
        });
        smoke.check("a session is erased, and ClickHouse shows it no more", () -> {
            String harness = tenant.name("forgetful");
            tenant.ingest()
                    .post("/v1/ingest", tenant.turn("erased", tenant.name("erased"), "hello", harness))
                    .expecting(202);
            Smoke.until("ClickHouse counts it", () -> counted(harness) == 1);
            String path = "/v1/sessions/"
                    + sessions.get("/v1/sessions?harness_id=" + harness + "&harness_session_id="
                                    + tenant.name("erased"))
                            .expecting(200)
                            .text("/items/0/id");
            sessions.delete(path).expecting(204);
            sessions.get(path).expecting(404);
            Smoke.until("ClickHouse counts it no more", () -> counted(harness) == 0);
        });
    }

    private long counted(String harness) {
        return tenant.sessions()
                .get("/v1/sessions/count?harness=" + harness)
                .expecting(200)
                .json()
                .path("count")
                .asLong();
    }

    private static void size(Answer list, int expected) {
        int items = list.expecting(200).json().path("items").size();
        if (items != expected) {
            throw new Unexpected(list.call() + " has " + items + " items, not " + expected);
        }
    }
}
