package dev.turnkeep.reaper.job;

import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * {@code POST /jobs/{name}} runs a job and answers what it did. On the management port only: it is for operators, and asks
 * for no credential.
 */
@Singleton
class JobRoutes {
    private final Jobs jobs;

    JobRoutes(Jobs jobs) {
        this.jobs = jobs;
    }

    void onManagement(@Observes ManagementInterface management) {
        management.router().post("/jobs/:name").handler(this::run);
    }

    private void run(RoutingContext request) {
        String name = String.valueOf(request.pathParam("name"));
        Optional<Job> job = jobs.named(name);
        if (job.isEmpty()) {
            Answers.send(request, 404, new JsonObject().put("error", "there is no such job"));
            return;
        }
        Answers.later(
                request,
                () -> new Answers.Answer(200, jobs.run(job.get()).json().put("job", name)));
    }
}
