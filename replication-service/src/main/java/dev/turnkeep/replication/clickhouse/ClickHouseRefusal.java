package dev.turnkeep.replication.clickhouse;

import java.util.Set;

/** ClickHouse understood the statement and refused it. */
public final class ClickHouseRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Codes that speak of the server and not of the statement: network (209, 210), timeout (159, 160), overload (201, 202, 203, 439),
     * locks (473), read-only (164, 242), memory (173, 241), too many parts (252), disk (74, 75, 76, 243, 425, 499, 1001), Keeper
     * and quorum (225, 285, 286, 319, 571, 999), shutting down (236, 394, 704), starting (698).
     */
    private static final Set<Integer> PASSING = Set.of(
            74, 75, 76, 159, 160, 164, 173, 201, 202, 203, 209, 210, 225, 236, 241, 242, 243, 252, 285, 286, 319, 394,
            425, 439, 473, 499, 571, 698, 704, 999, 1001);

    /** Codes that blame the rows: parsing, types, ranges, sizes, nulls, constraints. */
    private static final Set<Integer> ROWS =
            Set.of(6, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 128, 131, 190, 321, 349, 407, 469, 636, 675);

    private final int code;

    public ClickHouseRefusal(int code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    static boolean passing(int code) {
        return PASSING.contains(code);
    }

    /** The number of ClickHouse's error. */
    public int code() {
        return code;
    }

    /** Whether the code itself says that a row is at fault; of other codes only a neighbour's success can tell. */
    public boolean blamesRows() {
        return ROWS.contains(code);
    }
}
