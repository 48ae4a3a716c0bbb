package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouseAway;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Puts new tables in the places of those that are read. To say it twice would undo it: so a statement that was not answered is
 * waited for, and what came of it is looked at whatever the answer was.
 *
 * <p>Owned by the restore's thread.
 */
final class Exchange {
    private static final Logger LOG = Logger.getLogger(Exchange.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Generations generations;
    private final String generation;
    private final Retry retry;
    private final Duration answerTimeout;
    private final Set<String> said = new HashSet<>();

    Exchange(Generations generations, String generation, Retry retry, Duration answerTimeout) {
        this.generations = generations;
        this.generation = generation;
        this.retry = retry;
        this.answerTimeout = answerTimeout;
    }

    /** Somebody else's statement came late: what this leadership wrote into a shadow went into a table that is nobody's. */
    static final class Astray extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Astray(String table) {
            super(table + " was exchanged by another one, the tables are made anew");
        }
    }

    /**
     * Returns once the table that is read is of the generation, and no statement is under way that could change that.
     *
     * @throws Astray when it was before anything was said here
     */
    void make(String table) throws InterruptedException {
        while (!patiently(() -> generations.of(table).equals(generation))) {
            said.add(table);
            try {
                generations.exchange(table);
            } catch (ClickHouseAway e) {
                LOG.warnf("the exchange was not answered, it is looked for: table=%s", table);
                Thread.sleep(answerTimeout.plus(LOOK_AGAIN));
                while (patiently(generations::exchanging)) Thread.sleep(LOOK_AGAIN);
            }
        }
        if (!said.contains(table)) throw new Astray(table);
    }

    private boolean patiently(Retry.Attempt<Boolean> attempt) throws InterruptedException {
        return retry.untilItWorks(() -> {
            try {
                return attempt.run();
            } catch (ClickHouseAway e) {
                throw new Retry.Again(String.valueOf(e.getMessage()), e);
            }
        });
    }
}
