package dev.turnkeep.replication.table;

import dev.turnkeep.replication.clickhouse.ClickHouseAway;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
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
    private final Map<String, String> successors;
    private final Set<String> said = new HashSet<>();

    /** The tables, as far as exchanges go. Each may throw {@link ClickHouseAway}. */
    interface Tables {
        /** The generation of a table; empty when it has none. */
        String of(String table);

        /** What tells a table from every other of its name; empty when there is none. */
        String uuid(String table);

        /** Swaps a table and its shadow. */
        void exchange(String table);

        /** Whether anybody's statement that does so is being executed. */
        boolean exchanging();
    }

    /**
     * @param successors by table the uuid of its shadow, which this leadership has made or found, and fills
     * @param lookAgain how long after a look that found something under way the next one follows
     */
    Exchange(
            Tables tables,
            String generation,
            Map<String, String> successors,
            Retry retry,
            Duration answerTimeout,
            Duration lookAgain) {
        this.tables = tables;
        this.generation = generation;
        this.successors = Map.copyOf(successors);
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

    /** A leader that was deposed has put a shadow of its own in the place of the one that was filled: rows went there, and are gone. */
    static final class Replaced extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Replaced(String table) {
            super("the successor of " + table + " is not the one that was filled, the tables are made anew");
        }
    }

    /**
     * Returns once the table that is read is of the generation, and no statement is under way that could change that: a predecessor's
     * may have waited behind the same lock, and would undo what was said here.
     *
     * @throws Astray when it was before anything was said here
     * @throws Replaced when the shadow, or what is read by now, is not the table that was filled
     */
    void make(String table) throws InterruptedException {
        if (!said.contains(table) && isRead(table)) throw new Astray(table);
        while (true) {
            if (exchanging()) {
                Thread.sleep(lookAgain);
            } else if (isRead(table)) {
                requireFilled(table, table);
                return;
            } else {
                requireFilled(table, Generations.shadow(table));
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

    private void requireFilled(String table, String successor) throws InterruptedException {
        String found = patiently(() -> tables.uuid(successor));
        if (!found.equals(successors.get(table))) throw new Replaced(table);
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

    private <T> T patiently(Retry.Attempt<T> attempt) throws InterruptedException {
        return retry.untilItWorks(() -> {
            try {
                return attempt.run();
            } catch (ClickHouseAway e) {
                throw new Retry.Again(String.valueOf(e.getMessage()), e);
            }
        });
    }
}
