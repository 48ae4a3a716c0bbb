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

    private final Tables tables;
    private final String generation;
    private final Retry retry;
    private final Duration answerTimeout;
    private final Duration lookAgain;
    private final Set<String> said = new HashSet<>();

    /** The tables, as far as exchanges go. Each may throw {@link ClickHouseAway}. */
    interface Tables {
        /** The generation of a table; empty when it has none. */
        String of(String table);

        /** Swaps a table and its shadow. */
        void exchange(String table);

        /** Whether anybody's statement that does so is being executed. */
        boolean exchanging();
    }

    /** @param lookAgain how long after a look that found something under way the next one follows */
    Exchange(Tables tables, String generation, Retry retry, Duration answerTimeout, Duration lookAgain) {
        this.tables = tables;
        this.generation = generation;
        this.retry = retry;
        this.answerTimeout = answerTimeout;
        this.lookAgain = lookAgain;
    }

    /** Somebody else's statement came late: what this leadership wrote into a shadow went into a table that is nobody's. */
    static final class Astray extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Astray(String table) {
            super(table + " was exchanged by another one, the tables are made anew");
        }
    }

    /**
     * Returns once the table that is read is of the generation, and no statement is under way that could change that: a predecessor's
     * may have waited behind the same lock, and would undo what was said here.
     *
     * @throws Astray when it was before anything was said here
     */
    void make(String table) throws InterruptedException {
        if (!said.contains(table) && isRead(table)) throw new Astray(table);
        while (true) {
            if (exchanging()) {
                Thread.sleep(lookAgain);
            } else if (isRead(table)) {
                return;
            } else {
                said.add(table);
                say(table);
            }
        }
    }

    private void say(String table) throws InterruptedException {
        try {
            tables.exchange(table);
        } catch (ClickHouseAway e) {
            LOG.warnf("the exchange was not answered, it is looked for: table=%s", table);
            Thread.sleep(answerTimeout.plus(lookAgain));
        }
    }

    /** @throws Astray when it is not, after {@link #make} */
    void requireRead(String table) throws InterruptedException {
        if (!isRead(table)) throw new Astray(table);
    }

    private boolean isRead(String table) throws InterruptedException {
        return patiently(() -> tables.of(table).equals(generation));
    }

    private boolean exchanging() throws InterruptedException {
        return patiently(tables::exchanging);
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
