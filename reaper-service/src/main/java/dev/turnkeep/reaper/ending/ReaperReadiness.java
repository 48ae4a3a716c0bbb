package dev.turnkeep.reaper.ending;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Red while Postgres cannot be asked, or is not migrated as far as this version needs it. */
@Readiness
class ReaperReadiness implements HealthCheck {
    private static final String MIGRATED = """
            SELECT to_regprocedure('change_sessions(uuid[],bigint[],uuid[],text,text,timestamptz)') IS NOT NULL
                   AND to_regclass('streams') IS NOT NULL AS migrated
            """;

    private final Postgres postgres;

    ReaperReadiness(Postgres postgres) {
        this.postgres = postgres;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("reaper");
        try {
            boolean migrated = postgres.rows(MIGRATED).getFirst().getBoolean("migrated");
            return (migrated ? response.up() : response.down().withData("reason", "the schema is not there yet"))
                    .build();
        } catch (RuntimeException e) {
            return response.down()
                    .withData("reason", "Postgres does not answer")
                    .build();
        }
    }
}
