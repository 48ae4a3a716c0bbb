package dev.turnkeep.reaper.check;

import dev.turnkeep.reaper.job.Answers;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** {@code GET /invariants} checks everything and answers the report: 200 when all of it holds, else 409. On the management port. */
@Singleton
class InvariantRoutes {
    private final CheckJob check;

    InvariantRoutes(CheckJob check) {
        this.check = check;
    }

    void onManagement(@Observes ManagementInterface management) {
        management.router().get("/invariants").handler(this::report);
    }

    private void report(RoutingContext request) {
        Answers.later(request, () -> {
            Report report = check.check(0);
            return new Answers.Answer(report.holds() ? 200 : 409, report.json());
        });
    }
}
