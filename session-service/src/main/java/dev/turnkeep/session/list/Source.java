package dev.turnkeep.session.list;

import dev.turnkeep.session.clickhouse.ClickHouseAway;

/** Where the sessions of one list come from. Every answer is complete up to its end, with current values. */
interface Source {
    /** The next few that the store of truth finds by looking through a bounded number of rows. */
    Stretch near(Walk walk, int wanted);

    /**
     * The next few wherever they are.
     *
     * @throws ClickHouseAway when they cannot be found now
     */
    Stretch far(Walk walk, int wanted);

    /** Whether {@link #near} is of use: it needs the order that is indexed. */
    boolean hasNear(Walk walk);

    /** How often {@link #near} may be repeated where {@link #far} cannot answer. */
    int patience();
}
