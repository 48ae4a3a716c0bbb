package dev.turnkeep.replication.stream;

/**
 * What became of the rows in quarantine.
 *
 * @param stored by the sink now
 * @param refused again, so they stay
 * @param dropped because there is nothing left to store: made anew, or deleted, since
 */
public record Requeued(int stored, int refused, int dropped) {
    public static final Requeued NONE = new Requeued(0, 0, 0);

    public Requeued plus(Requeued more) {
        return new Requeued(stored + more.stored, refused + more.refused, dropped + more.dropped);
    }
}
