package dev.turnkeep.replication.table;

import dev.turnkeep.platform.postgres.PostgresConfig;
import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.clickhouse.ClickHouseConfig;
import dev.turnkeep.replication.stream.BatchLimits;
import dev.turnkeep.replication.stream.Pipeline;
import dev.turnkeep.replication.stream.PostgresServer;
import dev.turnkeep.replication.stream.Publication;
import dev.turnkeep.replication.stream.StreamConfig;
import dev.turnkeep.replication.stream.StreamMetrics;
import dev.turnkeep.replication.stream.StreamSpec;
import dev.turnkeep.replication.stream.Streams;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts the stream of tables with the service. */
@Singleton
public class TablesStream {
    /** In metrics and in the tables of the streams' state. */
    public static final String NAME = "tables";

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final TablesConfig config;
    private final ClickHouseConfig clickHouseConfig;
    private final StreamConfig stream;
    private final PostgresConfig postgres;
    private final MeterRegistry registry;
    private final Clock clock;
    private final Streams streams;
    private @Nullable ClickHouse clickHouse;
    private @Nullable TableSink sink;

    TablesStream(
            TablesConfig config,
            ClickHouseConfig clickHouseConfig,
            StreamConfig stream,
            PostgresConfig postgres,
            MeterRegistry registry,
            Clock clock,
            Streams streams) {
        this.config = config;
        this.clickHouseConfig = clickHouseConfig;
        this.stream = stream;
        this.postgres = postgres;
        this.registry = registry;
        this.clock = clock;
        this.streams = streams;
    }

    void start(@Observes StartupEvent starting) {
        if (!config.enabled()) return;
        PostgresServer server = new PostgresServer(postgres);
        ClickHouse client = new ClickHouse(clickHouseConfig);
        List<Publication> publications = TablesPublication.expected(config.nodes());
        List<String> names = publications.stream().map(Publication::name).toList();
        TableSink made = new TableSink(
                client,
                clickHouseConfig,
                () -> server.tables("turnkeep-rows-" + NAME, PATIENCE),
                new TableSink.Names(NAME, names),
                config,
                registry);
        clickHouse = client;
        sink = made;
        BatchLimits limits =
                new BatchLimits(config.batchRows(), config.batchSize().asLongValue(), config.batchAge());
        StreamSpec spec = new StreamSpec(NAME, config.slot(), publications, limits);
        streams.add(new Pipeline(server, spec, stream, made, new StreamMetrics(registry, NAME, clock), clock));
    }

    /** The sink; empty when this instance brings no tables. */
    Optional<TableSink> sink() {
        return Optional.ofNullable(sink);
    }

    // After the streams, which still write while they stop.
    void stop(@Observes @Priority(Integer.MAX_VALUE) ShutdownEvent stopping) {
        if (clickHouse != null) clickHouse.close();
    }
}
