package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouse;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/** Asks ClickHouse for a sign of life, so that its absence is noticed before there are rows that wait for it. */
final class Pulse {
    private static final Logger LOG = Logger.getLogger(Pulse.class);
    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final String NAME = "clickhouse";

    private final ClickHouse clickHouse;
    private final TableTrouble trouble;
    private final Thread thread;
    private volatile boolean stopped;

    Pulse(ClickHouse clickHouse, TableTrouble trouble) {
        this.clickHouse = clickHouse;
        this.trouble = trouble;
        this.thread = Thread.ofVirtual().name("clickhouse-pulse").start(this::run);
    }

    private void run() {
        try {
            while (!stopped) {
                beat();
                Thread.sleep(PERIOD);
            }
        } catch (InterruptedException ended) {
            LOG.debug("stopped");
        }
    }

    private void beat() {
        try {
            clickHouse.rows("SELECT 1");
            trouble.recovered(NAME);
        } catch (RuntimeException e) {
            // Whatever it is that it answers: it does not work. An interrupt says nothing about it.
            if (!stopped) trouble.failing(NAME, Instant.now(), String.valueOf(e.getMessage()));
        }
    }

    void stop() {
        stopped = true;
        thread.interrupt();
    }
}
