package dev.turnkeep.session.channel.log;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.log.AppendTransaction.Change;
import jakarta.inject.Singleton;
import java.util.List;

/** After a commit: readers on this node at once, other nodes by a hint. Nothing depends on the hint but how soon. */
@Singleton
public class Wakeups {
    private final Tails tails;
    private final Hints hints;
    private final LogReader reader;

    Wakeups(Tails tails, Hints hints, LogReader reader) {
        this.tails = tails;
        this.hints = hints;
        this.reader = reader;
    }

    /** A session was closed, and its channels with it. Nobody waits for this. */
    public void closed(Scope scope, SessionId session) {
        reader.ends(scope, session).onSuccess(ends -> {
            ends.forEach(tails::hinted);
            if (!ends.isEmpty()) {
                hints.tell(ends);
            }
        });
    }

    void committed(List<Change> changes) {
        if (changes.isEmpty()) {
            return;
        }
        tails.committed(changes);
        hints.tell(changes.stream().map(Change::end).toList());
    }
}
