package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouse;
import dev.turnkeep.replication.clickhouse.ClickHouseConfig;
import dev.turnkeep.replication.clickhouse.ClickHouseSchema;
import dev.turnkeep.replication.pgoutput.Lsn;
import dev.turnkeep.replication.stream.Backoff;
import dev.turnkeep.replication.stream.Batch;
import dev.turnkeep.replication.stream.BatchLimits;
import dev.turnkeep.replication.stream.Requeued;
import dev.turnkeep.replication.stream.Restoring;
import dev.turnkeep.replication.stream.Sink;
import dev.turnkeep.replication.stream.SlotStart;
import dev.turnkeep.replication.stream.StoppedException;
import dev.turnkeep.replication.stream.Version;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The sink that keeps ClickHouse's tables as Postgres' own are. What one leadership uses is in its {@link Session}.
 */
public final class TableSink implements Sink {
    private static final Logger LOG = Logger.getLogger(TableSink.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final ClickHouse clickHouse;
    private final ClickHouseSchema schema;
    private final Generations generations;
    private final PostgresLink.Source postgres;
    private final ClickHouseConfig clickHouseConfig;
    private final Names names;
    private final List<TableDefinition> tables;
    private final TablesConfig config;
    private final MeterRegistry registry;
    private final Freshness freshness;
    private final TableTrouble trouble = new TableTrouble();
    private volatile @Nullable Session session;

    /**
     * @param stream under which rows are quarantined, and the state of the stream is kept
     * @param publications what is sent
     */
    public record Names(String stream, List<String> publications) {}

    private record Session(
            String generation,
            List<PostgresLink> links,
            PostgresQuarantine quarantine,
            Map<String, Lane> lanes,
            @Nullable Restore restore,
            Pulse pulse,
            Sweep sweep,
            RecordedPositions positions) {}

    public TableSink(
            ClickHouse clickHouse,
            ClickHouseConfig clickHouseConfig,
            PostgresLink.Source postgres,
            Names names,
            TablesConfig config,
            MeterRegistry registry) {
        this.clickHouse = clickHouse;
        this.schema = new ClickHouseSchema(clickHouse, clickHouseConfig);
        this.generations = new Generations(clickHouse);
        this.postgres = postgres;
        this.clickHouseConfig = clickHouseConfig;
        this.names = names;
        this.tables = TableDefinition.all(config.nodes());
        this.config = config;
        this.registry = registry;
        this.freshness = new Freshness(registry);
        Gauge.builder("turnkeep.replication.erasure.stuck.seconds", this, TableSink::stuckSeconds)
                .description("For how long nothing of what was erased could be removed from ClickHouse's disk")
                .register(registry);
    }

    /** 0 where another instance writes. */
    private double stuckSeconds() {
        Session current = session;
        return current == null ? 0 : current.sweep.stuck().toMillis() / 1000.0;
    }

    @Override
    public void begin(SlotStart slot) {
        schema.apply();
        // What nobody keeps up would go on showing what was erased since, and pass for whole when it is wanted again.
        if (!config.nodes()) generations.empty(TableDefinition.NODES.target());
        PostgresLink link = new PostgresLink(postgres);
        PostgresLink copying = new PostgresLink(postgres);
        boolean begun = false;
        try {
            begin(slot, link, copying);
            begun = true;
        } finally {
            // Nobody else knows of them.
            if (!begun) {
                link.close();
                copying.close();
            }
        }
    }

    private void begin(SlotStart slot, PostgresLink link, PostgresLink copying) {
        Map<String, List<PublishedColumn>> published =
                link.with(connection -> PublishedTables.read(connection, names.publications()));
        check(published);
        String generation = slot.systemIdentifier() + "@" + slot.consistentPoint();
        Continuation continuation = new Continuation(clickHouse, generations);
        requireContinuation(continuation, slot, generation, link);
        int timeline = slot.timelines().current();
        if (!generations.timeline(generation).equals(Optional.of(timeline))) generations.written(generation, timeline);
        PostgresQuarantine quarantine =
                new PostgresQuarantine(link, names.stream(), generation, config.quarantineRows());
        Erasure erasure = new Erasure(clickHouse, link, names.stream());
        if (slot.restoring()) erasure.learn();
        Retry restoring = retry("restore", metrics("restore"));
        Inheritance inheritance = new Inheritance(clickHouse, schema, generations, slot.systemIdentifier(), restoring);
        Map<TableDefinition, List<String>> targets = new LinkedHashMap<>();
        Map<String, String> successors = new HashMap<>();
        List<TableCopy> copies = new ArrayList<>();
        for (TableDefinition table : tables) {
            String target = target(table, generation);
            targets.put(table, targets(table, target, slot));
            List<PublishedColumn> columns = published.getOrDefault(table.source(), List.of());
            if (!target.equals(table.target())) {
                String uuid = generations.uuid(target);
                successors.put(table.target(), uuid);
                copies.add(new TableCopy(
                        table,
                        columns,
                        CopyProgress.key(uuid, generation),
                        new Version(slot.consistentPoint(), 0),
                        copying,
                        clickHouse,
                        writer(table, target, columns, link, quarantine),
                        retry(table.source() + "-copy", metrics(table)),
                        config.copyRows(),
                        config.batchSize().asLongValue()));
            }
        }
        Lsn recorded = RecordedPositions.load(clickHouse, generation).max(slot.consistentPoint());
        // Threads come last: what fails before leaves none behind.
        Map<String, Lane> lanes = new LinkedHashMap<>();
        targets.forEach((table, target) -> lanes.put(
                table.source(),
                new Lane(
                        table,
                        target,
                        to -> writer(table, to.table(), PublishedColumn.of(to.relation()), link, quarantine),
                        erasure,
                        retry(table.source(), metrics(table)),
                        freshness,
                        new BatchLimits(config.batchRows(), config.batchSize().asLongValue(), config.batchAge()))));
        Restore restore = null;
        if (slot.restoring()) {
            List<Lane> shadowed = lanes.values().stream()
                    .filter(lane -> !List.of(lane.table().target()).equals(targets.get(lane.table())))
                    .toList();
            restore = new Restore(
                    slot,
                    generation,
                    copies,
                    shadowed,
                    generations,
                    new Exchange(
                            generations,
                            generation,
                            successors,
                            restoring,
                            clickHouseConfig.answerTimeout(),
                            LOOK_AGAIN),
                    table -> inheritance.handOver(
                            table,
                            generation,
                            CopyProgress.key(successors.getOrDefault(table.target(), ""), generation),
                            of -> inheritable(continuation, slot, of)),
                    () -> Resnapshot.request(link, names.stream()),
                    copying,
                    restoring,
                    config.catchUpPoll());
            LOG.infof("restoring: generation=%s tables=%d", generation, copies.size());
            restore.start();
        }
        Pulse pulse = new Pulse(clickHouse, trouble);
        Sweep sweep = new Sweep(clickHouse, erasure, config.sweep());
        RecordedPositions positions = new RecordedPositions(clickHouse, generation, recorded, trouble);
        session = new Session(
                generation, List.of(link, copying), quarantine, Map.copyOf(lanes), restore, pulse, sweep, positions);
    }

    /**
     * Where rows of a table go: into the table itself when it is of the generation, else into its shadow, made if need be. One that
     * an older version made may lack what the table has got since: it is begun again, and so is the copy.
     */
    private String target(TableDefinition table, String generation) {
        if (generations.of(table.target()).equals(generation)) {
            generations.dropLeftover(table.target(), generation);
            return table.target();
        }
        String shadow = Generations.shadow(table.target());
        if (!generations.of(shadow).equals(generation) || !generations.alike(table.target())) {
            // First: a copy that is complete must never be of a table that is not.
            CopyProgress.restart(clickHouse, generation, table.source());
            CopyProgress.restart(clickHouse, generation, Inheritance.progress(table));
            generations.makeShadow(table.target(), generation);
        }
        return shadow;
    }

    private List<String> targets(TableDefinition table, String target, SlotStart slot) {
        boolean both = !target.equals(table.target())
                && table.mirrored()
                && generations.isOf(table.target(), slot.systemIdentifier());
        return both ? List.of(target, table.target()) : List.of(target);
    }

    /** What was committed later comes with the slot; so this does not depend on when it is asked. */
    private static Lsn inheritable(Continuation continuation, SlotStart slot, String generation) {
        Lsn common = continuation.common(slot, generation);
        return common.isAfter(slot.consistentPoint()) ? slot.consistentPoint() : common;
    }

    private static Lsn serverEnd(Connection connection) throws SQLException {
        try (PreparedStatement ask = connection.prepareStatement("SELECT pg_current_wal_flush_lsn()::text");
                ResultSet row = ask.executeQuery()) {
            row.next();
            return Lsn.parse(row.getString(1));
        }
    }

    private void check(Map<String, List<PublishedColumn>> published) {
        for (TableDefinition table : tables) {
            List<PublishedColumn> columns = published.getOrDefault(table.source(), List.of());
            table.requireIdentity(columns);
            mapping(table.target(), columns);
        }
    }

    private TableMapping mapping(String target, List<PublishedColumn> columns) {
        try {
            return TableMapping.of(clickHouse.qualified(target), columns, schema.columns(target));
        } catch (SchemaMismatch e) {
            throw new StoppedException(String.valueOf(e.getMessage()));
        }
    }

    /** Where the slot is no continuation, the stream is told to begin anew. */
    private void requireContinuation(Continuation continuation, SlotStart slot, String generation, PostgresLink link) {
        Optional<String> objection =
                continuation.objection(slot, generation, tables, () -> link.with(TableSink::serverEnd));
        if (objection.isEmpty()) return;
        // What this history does not know must not be inherited: everything before was acknowledged in it.
        String read = generations.of(tables.getFirst().target());
        if (!read.isEmpty()) Inheritance.ends(clickHouse, read, slot.from());
        Resnapshot.request(link, names.stream());
        throw new IllegalStateException(
                "ClickHouse's tables are not what the slot continues, they are made anew: " + objection.get());
    }

    private TableWriter writer(
            TableDefinition table,
            String target,
            List<PublishedColumn> columns,
            PostgresLink link,
            Quarantine quarantine) {
        table.requireIdentity(columns);
        TableMetrics metrics = metrics(table);
        return new TableWriter(
                clickHouse,
                table.source(),
                target,
                mapping(target, columns),
                new PostgresRows(
                        link, table.source(), columns, config.batchSize().asLongValue()),
                quarantine,
                retry(table.source(), metrics),
                metrics);
    }

    private TableMetrics metrics(TableDefinition table) {
        return metrics(table.source());
    }

    private TableMetrics metrics(String name) {
        return new TableMetrics(registry, name);
    }

    private Retry retry(String name, TableMetrics metrics) {
        return new Retry(
                name,
                () -> new Backoff(config.retryMin(), config.retryMax(), RandomGenerator.getDefault()),
                trouble,
                metrics::retried);
    }

    @Override
    public CompletionStage<Void> write(Batch batch) {
        Session current = session;
        Lane lane = current == null ? null : current.lanes.get(batch.relation().table());
        if (lane == null)
            return CompletableFuture.failedFuture(new StoppedException(
                    "the table " + batch.relation().table() + " is published, and this version does not know it"));
        return lane.submit(batch);
    }

    /**
     * Puts the rows in quarantine back, each with its own version: where a newer state is known, it stays.
     *
     * @throws IllegalStateException when this instance is not the one that writes, or the tables are being made anew
     */
    @Override
    public Requeued requeue() {
        Session current = session;
        if (current == null) throw new IllegalStateException("another instance writes the tables");
        if (current.restore != null && !current.restore.complete())
            throw new IllegalStateException("the tables are being made anew");
        return new Requeue(current.quarantine, clickHouse, this::mapping).run();
    }

    @Override
    public Lsn recorded(Lsn stored) {
        Session current = session;
        if (current == null) throw new IllegalStateException("another instance writes the tables");
        if (current.restore != null && current.restore.astray())
            throw new IllegalStateException("what was stored is in a table that nobody reads");
        return current.positions.reached(stored);
    }

    @Override
    public Lsn record(Lsn stored) {
        Session current = session;
        return current == null ? Lsn.ZERO : current.positions.finish(stored);
    }

    @Override
    public void end() {
        Session ended = session;
        session = null;
        if (ended == null) return;
        if (ended.restore != null) ended.restore.stop();
        ended.lanes.values().forEach(Lane::stop);
        ended.pulse.stop();
        ended.sweep.stop();
        ended.positions.stop();
        ended.links.forEach(PostgresLink::close);
        trouble.clear();
    }

    @Override
    public Optional<Restoring> restoring() {
        Session current = session;
        return current == null || current.restore == null ? Optional.empty() : current.restore.progress();
    }

    @Override
    public Optional<String> trouble() {
        Session current = session;
        if (current != null && current.restore != null) {
            Optional<String> stopped = current.restore.stopped();
            if (stopped.isPresent()) return stopped;
        }
        return trouble.words();
    }
}
