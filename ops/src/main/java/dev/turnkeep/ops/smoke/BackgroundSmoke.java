package dev.turnkeep.ops.smoke;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.ops.smoke.Deployment.Snapshots;
import java.net.URI;
import java.util.List;

/** What happens without being asked for: idle ends, jobs, replication, health and metrics. */
record BackgroundSmoke(Smoke smoke, Tenant tenant) {
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
        Counters reaper = new Counters(tenant.reaper());
        for (String job : Management.JOBS) {
            smoke.check("the job " + job, () -> {
                String label = "job=\"" + job + "\"";
                double before = reaper.of("turnkeep_reaper_job_seconds_count", label);
                tenant.reaper().post("/jobs/" + job, "").expecting(200).with("/job", job);
                if (reaper.of("turnkeep_reaper_job_seconds_count", label) <= before) {
                    throw new Unexpected("it ran and was not counted");
                }
            });
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
        smoke.check("events are published", () -> {
            Counters replication = new Counters(tenant.replication());
            double before = replication.of("turnkeep_replication_events_published_total");
            tenant.started("published");
            Smoke.until("one more is", () -> replication.of("turnkeep_replication_events_published_total") > before);
        });
        if (deployment.snapshots() != Snapshots.NONE) {
            smoke.check("the snapshot of an erased session is deleted, or its deletion tried", this::deletion);
        }
        smoke.check("ClickHouse shows this run's sessions", () -> Smoke.until("it counts them", () -> counted() > 0));
        if (deployment.resnapshot()) {
            smoke.check("ClickHouse's tables are made anew", this::anew);
        }
    }

    private void deletion() {
        Counters sessions = new Counters(new Caller(tenant.deployment().sessionsManagement(), "", tenant.calls()));
        String outcome = tenant.deployment().snapshots() == Snapshots.STORE ? "outcome=\"deleted\"" : "";
        double before = sessions.of("turnkeep_snapshot_deletions_total", outcome);
        tenant.sessions().delete("/v1/sessions/" + tenant.started("snapshot")).expecting(204);
        Smoke.until("it is", () -> sessions.of("turnkeep_snapshot_deletions_total", outcome) > before);
    }

    /** Its connection is cut first: it is seen to leave off before it is seen to flow again. */
    private void anew() {
        tenant.replication().post("/resnapshot", "").expecting(200);
        Smoke.until("it begins", () -> !tables().equals("streaming"));
        Smoke.until("it is done", () -> tables().equals("streaming"));
        Smoke.until("ClickHouse counts what it counted before", () -> counted() > 0);
    }

    private String tables() {
        for (JsonNode stream :
                tenant.replication().get("/status").expecting(200).json().path("streams")) {
            if (stream.path("stream").asText().equals("tables")) {
                return stream.path("state").asText();
            }
        }
        throw new Unexpected("it has no stream of tables");
    }

    private long counted() {
        return tenant.sessions()
                .get("/v1/sessions/count")
                .expecting(200)
                .json()
                .path("count")
                .asLong();
    }
}
