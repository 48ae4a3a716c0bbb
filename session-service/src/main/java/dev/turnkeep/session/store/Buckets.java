package dev.turnkeep.session.store;

import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.Scope;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.zip.CRC32;

/**
 * The advisory locks on names that have no row yet: whoever inserts or adopts a session under a name holds its bucket until
 * its transaction ends. Several are taken in ascending order, and before any row is locked.
 */
public final class Buckets {
    private static final int COUNT = 256;
    private static final int LOCK_CLASS = 0x7475726e;

    private static final String LOCK = "SELECT pg_advisory_xact_lock($1, b) FROM unnest($2::integer[]) AS b";

    private Buckets() {}

    /** The bucket of a harness's key, whatever the harness: forks look a key up under any of them. */
    public static int ofKey(Scope scope, HarnessSessionId key) {
        return of("key " + scope.org() + " " + scope.environment().value() + " " + key.value());
    }

    public static int of(String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return (int) (crc.getValue() % COUNT);
    }

    /** Takes the locks, in the order given. */
    public static Statement lock(Collection<Integer> ascending) {
        return Statement.of(LOCK, LOCK_CLASS, ascending.toArray(Integer[]::new));
    }
}
