package dev.turnkeep.reaper.check;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.reaper.check.CheckStore.Looked;
import io.vertx.pgclient.PgException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All sessions, newest first, in pages that Postgres can sum up in the time that a statement has. */
final class SessionPages {
    private static final int LARGEST = 100;
    private static final int SMALLER = 8;
    private static final String TIMEOUT = "57014";

    /** Where sessions come from, newest first. */
    interface Source {
        /** A page of them; null for the first one. */
        List<Looked> page(@Nullable SessionId before, int limit);

        /** The session that a page begins with; null when there is none. */
        @Nullable
        SessionId first(@Nullable SessionId before);
    }

    private final Source source;
    private int limit = LARGEST;
    private @Nullable SessionId last;

    SessionPages(Source source) {
        this.source = source;
    }

    /**
     * Some sessions.
     *
     * @param tooLarge one that alone takes longer than a statement may; null for none
     */
    record Page(List<Looked> sessions, @Nullable SessionId tooLarge, boolean end) {}

    Page next() {
        while (true) {
            try {
                List<Looked> page = source.page(last, limit);
                boolean end = page.size() < limit;
                last = page.isEmpty() ? last : page.getLast().id();
                limit = Math.min(LARGEST, limit * 2);
                return new Page(page, null, end);
            } catch (PgException e) {
                if (!TIMEOUT.equals(e.getSqlState())) {
                    throw e;
                }
                if (limit == 1) {
                    last = source.first(last);
                    return new Page(List.of(), last, last == null);
                }
                limit = Math.max(1, limit / SMALLER);
            }
        }
    }
}
