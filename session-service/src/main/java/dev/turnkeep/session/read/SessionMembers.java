package dev.turnkeep.session.read;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.access.Action;
import dev.turnkeep.session.access.Caller;
import dev.turnkeep.session.access.Resource;
import dev.turnkeep.session.store.RowJson;
import io.vertx.sqlclient.Row;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sessions as one caller may see them. Browsers hold tokens: how runs are made is for holders of keys only. And whoever may
 * read one session is not told of the others that it comes from or leads to.
 */
public record SessionMembers(Caller caller) {
    /** @param row of {@link SessionColumns#ALL}, and what else is to be shown */
    public Map<String, @Nullable Object> of(Row row) {
        Map<String, @Nullable Object> members = RowJson.of(row, SessionColumns.JSON);
        if (!caller.holdsKey()) {
            members.remove("trigger_config");
        }
        UUID parent = row.getUUID("parent_session_id");
        if (parent != null && !sees(new SessionId(parent))) {
            members.put("parent_session_id", null);
        }
        return members;
    }

    /** Whether it may read that session, too. */
    boolean sees(SessionId session) {
        return caller.may(Action.READ, Resource.session(session.friendly()));
    }
}
