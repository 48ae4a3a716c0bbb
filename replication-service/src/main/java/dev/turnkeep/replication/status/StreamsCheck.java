package dev.turnkeep.replication.status;

import dev.turnkeep.platform.start.EngineCheck;
import dev.turnkeep.platform.start.Findings;
import dev.turnkeep.platform.start.SettingsCheck;
import dev.turnkeep.replication.clickhouse.ClickHouseConfig;
import dev.turnkeep.replication.event.EventsConfig;
import dev.turnkeep.replication.stream.Pipeline;
import dev.turnkeep.replication.stream.StreamConfig;
import dev.turnkeep.replication.stream.Streams;
import dev.turnkeep.replication.table.TablesConfig;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the streams need of settings, and what they say of the stores at both of their ends: slot, topic, tables, versions. */
@Singleton
final class StreamsCheck implements SettingsCheck, EngineCheck {
    private static final Pattern SLOT = Pattern.compile("[a-z0-9_]{1,63}");
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final StreamConfig stream;
    private final TablesConfig tables;
    private final EventsConfig events;
    private final ClickHouseConfig clickhouse;
    private final Streams streams;

    StreamsCheck(
            StreamConfig stream,
            TablesConfig tables,
            EventsConfig events,
            ClickHouseConfig clickhouse,
            Streams streams) {
        this.stream = stream;
        this.tables = tables;
        this.events = events;
        this.clickhouse = clickhouse;
        this.streams = streams;
    }

    @Override
    public void check(Findings findings) {
        String slots = "lower-case letters, digits and underscores, at most 63";
        findings.require(SLOT.matcher(tables.slot()).matches(), "turnkeep.replication.tables.slot", slots);
        findings.require(SLOT.matcher(events.slot()).matches(), "turnkeep.replication.events.slot", slots);
        findings.require(
                !tables.slot().equals(events.slot()),
                "turnkeep.replication.events.slot",
                "is turnkeep.replication.tables.slot too: each stream needs its own");
        findings.require(
                clickhouse.url().matches("https?://[^/\\s]+/?"),
                "turnkeep.clickhouse.url",
                "has to be http://host:port or https://host:port");
        findings.within("turnkeep.replication.stream.retry-min", stream.retryMin(), MILLISECOND, DAY);
        findings.within("turnkeep.replication.stream.retry-max", stream.retryMax(), stream.retryMin(), DAY);
        findings.within("turnkeep.replication.tables.retry-min", tables.retryMin(), MILLISECOND, DAY);
        findings.within("turnkeep.replication.tables.retry-max", tables.retryMax(), tables.retryMin(), DAY);
        if (!tables.enabled() && !events.enabled()) {
            findings.doubt(
                    "turnkeep.replication.tables.enabled",
                    "is false, and so is events.enabled: this instance has nothing to do");
        }
    }

    @Override
    public String engine() {
        return "Streams to ClickHouse and Kafka";
    }

    @Override
    public boolean needed() {
        return true;
    }

    @Override
    public Optional<Trouble> look() {
        List<String> troubles = new ArrayList<>();
        for (Pipeline pipeline : streams.all()) {
            pipeline.trouble().ifPresent(reason -> troubles.add(pipeline.name() + ": " + reason));
        }
        return troubles.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Trouble(
                                String.join("; ", troubles),
                                "GET /status tells more; start what is away, or do what the reason says (docs/replication.md)"));
    }
}
