package dev.turnkeep.e2e.fault;

import dev.turnkeep.e2e.system.Gateway;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.localstack.LocalStack;
import dev.turnkeep.localstack.StackAddresses;
import dev.turnkeep.localstack.run.Service;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A whole system that anything may happen to: engines of its own, every service, two of those that have to agree who works.
 *
 * @param entrance where proxies find the ingest service
 */
record Site(
        LocalStack stack,
        Turnkeep turnkeep,
        List<ServiceProcess> reapers,
        List<ServiceProcess> replications,
        Gateway entrance)
        implements AutoCloseable {

    /** So short that sessions end, and are opened again, while turns of them come. */
    private static final String IDLE = "PT2S";

    static Site start(Path data) {
        LocalStack stack = LocalStack.start(data);
        Turnkeep turnkeep = Turnkeep.start(StackAddresses.of(stack), "faults.", "faults:");
        Map<String, String> quick = Map.of(
                "TURNKEEP_REAPER_REAP_EVERY", "1s",
                "TURNKEEP_REAPER_SWEEP_EVERY", "5s",
                "TURNKEEP_REAPER_CHECK_ENABLED", "false");
        Map<String, String> slots = Map.of(
                "TURNKEEP_REPLICATION_EVENTS_SLOT", turnkeep.serverWide("events"),
                "TURNKEEP_REPLICATION_TABLES_SLOT", turnkeep.serverWide("tables"));
        List<ServiceProcess> reapers = List.of(
                turnkeep.prepared(Service.REAPER, "reaper-0", quick),
                turnkeep.prepared(Service.REAPER, "reaper-1", quick));
        List<ServiceProcess> replications = List.of(
                turnkeep.prepared(Service.REPLICATION, "replication-0", slots),
                turnkeep.prepared(Service.REPLICATION, "replication-1", slots));
        Site site = new Site(
                stack,
                turnkeep,
                reapers,
                replications,
                new Gateway(turnkeep.ingestService().service().url()));
        try {
            List<ServiceProcess> others =
                    Stream.concat(replications.stream(), reapers.stream()).toList();
            others.forEach(ServiceProcess::launch);
            others.forEach(ServiceProcess::awaitReady);
            return site;
        } catch (RuntimeException e) {
            site.close();
            throw e;
        }
    }

    /** A new organisation, whose sessions end after two seconds. Its turns go in through the entrance. */
    Tenant tenant(String name) {
        Tenant tenant = turnkeep.tenant(name);
        byte[] policy = "{\"idle_timeout\":\"%s\"}".formatted(IDLE).getBytes(StandardCharsets.UTF_8);
        String environment = "/v1/admin/orgs/" + tenant.org() + "/environments/" + tenant.environment();
        turnkeep.administration()
                .send("PUT", environment, policy, Map.of("Content-Type", "application/json"))
                .expecting(200);
        Http ingest = new Http(entrance.address(), tenant.key());
        return new Tenant(tenant.org(), tenant.environment(), tenant.key(), ingest, tenant.sessions());
    }

    /** The instance that reads the tables' changes at this moment; the first one when there is none. */
    ServiceProcess tablesLeader() {
        return replications.stream()
                .filter(ServiceProcess::running)
                .filter(Site::leads)
                .findFirst()
                .orElse(replications.getFirst());
    }

    private static boolean leads(ServiceProcess replication) {
        return new Http(replication.service().managementUrl(), "")
                .text("/q/metrics")
                .lines()
                .anyMatch(line -> line.startsWith("turnkeep_replication_leader{")
                        && line.contains("stream=\"tables\"")
                        && line.endsWith(" 1.0"));
    }

    /** Ends every connection to Postgres, whatever its transaction has come to; so does the death of a pooler. */
    void cutDatabaseConnections() {
        turnkeep.database().strings("""
                SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
                WHERE backend_type IN ('client backend', 'walsender') AND pid <> pg_backend_pid()
                """);
    }

    @Override
    public void close() {
        try {
            entrance.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            reapers.forEach(ServiceProcess::close);
            replications.forEach(ServiceProcess::close);
            turnkeep.close();
            stack.close();
        }
    }
}
