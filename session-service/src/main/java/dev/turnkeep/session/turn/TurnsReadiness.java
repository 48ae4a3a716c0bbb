package dev.turnkeep.session.turn;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Red while turns wait for a store: nothing is lost then, but totals stand still. */
@Readiness
class TurnsReadiness implements HealthCheck {
    private final TurnsService turns;

    TurnsReadiness(TurnsService turns) {
        this.turns = turns;
    }

    @Override
    public HealthCheckResponse call() {
        var trouble = turns.trouble();
        var response = HealthCheckResponse.named("turns").status(trouble.isEmpty());
        trouble.ifPresent(reason -> response.withData("reason", reason));
        return response.build();
    }
}
