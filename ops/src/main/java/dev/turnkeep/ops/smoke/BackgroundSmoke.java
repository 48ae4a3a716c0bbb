package dev.turnkeep.ops.smoke;

import java.net.URI;
import java.util.List;

/** What happens without being asked for: idle ends, jobs, replication, health and metrics. */
record BackgroundSmoke(Smoke smoke, Tenant tenant) {
    private static final List<String> JOBS = List.of("reap", "sweep", "expire", "retire", "vacuum", "check");

    void run() {
        Deployment deployment = tenant.deployment();
        for (URI management : List.of(
                deployment.sessionsManagement(),
                deployment.ingestManagement(),
                deployment.reaperManagement(),
                deployment.replicationManagement())) {
            smoke.check("health and metrics of " + management, () -> {
                Caller service = new Caller(management, "", tenant.calls());
                service.get("/q/health/ready").expecting(200);
                if (!service.get("/q/metrics").expecting(200).body().contains("turnkeep_")) {
                    throw new Unexpected("no metrics of ours");
                }
            });
        }
        smoke.check("an idle session ends", () -> {
            String path = "/v1/sessions/" + tenant.started("idle");
            Smoke.until("it has ended", () -> {
                tenant.reaper().post("/jobs/reap", "").expecting(200);
                return tenant.sessions().get(path).text("/session/state").equals("ended");
            });
        });
        for (String job : JOBS) {
            smoke.check("the job " + job, () -> tenant.reaper()
                    .post("/jobs/" + job, "")
                    .expecting(200)
                    .with("/job", job));
        }
        smoke.check(
                "the invariants hold",
                () -> Smoke.until("they hold", () -> tenant.reaper()
                        .get("/invariants")
                        .json()
                        .path("holds")
                        .asBoolean()));
        smoke.check("replication flows, and takes back what was put aside", () -> {
            Smoke.until("both streams flow", () -> {
                Answer status = tenant.replication().get("/status").expecting(200);
                return !status.body().contains("failing") && !status.body().contains("stopped");
            });
            int status = tenant.replication().post("/requeue", "").status();
            if (status != 200 && status != 409) {
                throw new Unexpected("POST /requeue answered " + status);
            }
        });
        smoke.check(
                "events were published",
                () -> Smoke.until("one was", () -> new Caller(deployment.replicationManagement(), "", tenant.calls())
                        .get("/q/metrics")
                        .expecting(200)
                        .body()
                        .lines()
                        .anyMatch(line -> line.startsWith("turnkeep_replication_events_published_total")
                                && !line.endsWith(" 0.0"))));
        smoke.check(
                "ClickHouse shows this run's sessions",
                () -> Smoke.until(
                        "it counts them",
                        () -> tenant.sessions()
                                        .get("/v1/sessions/count")
                                        .json()
                                        .at("/count")
                                        .asLong()
                                > 0));
    }
}
