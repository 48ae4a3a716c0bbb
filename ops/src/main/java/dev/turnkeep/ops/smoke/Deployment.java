package dev.turnkeep.ops.smoke;

import java.net.URI;
import java.util.Map;

/**
 * Where a deployment is.
 *
 * @param sessions session-service, and {@code sessionsManagement} its management port; so the others
 * @param adminKey the operator's bearer token
 * @param resnapshot whether ClickHouse's tables may be made anew: harmless, and much work where much is stored
 */
record Deployment(
        URI sessions,
        URI sessionsManagement,
        URI ingest,
        URI ingestManagement,
        URI reaperManagement,
        URI replicationManagement,
        String adminKey,
        Snapshots snapshots,
        boolean resnapshot) {

    /** What it has for sessions' snapshots. */
    enum Snapshots {
        /** A store that answers. */
        STORE,
        /** Settings of one, and none behind them: links can be made all the same. */
        LINKS,
        NONE
    }

    /**
     * As {@code make up} writes it to {@code .local-stack/env}.
     *
     * @throws IllegalArgumentException naming the first variable that is missing or unknown
     */
    static Deployment of(Map<String, String> environment) {
        return new Deployment(
                address(environment, "SESSION_URL"),
                address(environment, "SESSION_MANAGEMENT_URL"),
                address(environment, "INGEST_URL"),
                address(environment, "INGEST_MANAGEMENT_URL"),
                address(environment, "REAPER_MANAGEMENT_URL"),
                address(environment, "REPLICATION_MANAGEMENT_URL"),
                text(environment, "ADMIN_KEY"),
                snapshots(environment.getOrDefault("SNAPSHOTS", "")),
                environment.getOrDefault("RESNAPSHOT", "").equals("yes"));
    }

    private static Snapshots snapshots(String wanted) {
        return switch (wanted) {
            case "", "store" -> Snapshots.STORE;
            case "links" -> Snapshots.LINKS;
            case "none" -> Snapshots.NONE;
            default -> throw new IllegalArgumentException("SNAPSHOTS is store, links or none: see docs/smoke.md");
        };
    }

    private static URI address(Map<String, String> environment, String variable) {
        return URI.create(text(environment, variable).replaceFirst("/+$", ""));
    }

    private static String text(Map<String, String> environment, String variable) {
        String value = environment.getOrDefault(variable, "");
        if (value.isBlank()) {
            throw new IllegalArgumentException(variable + " is not set: where is it? See docs/smoke.md");
        }
        return value;
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "Deployment[" + sessions + ", " + ingest + "]";
    }
}
