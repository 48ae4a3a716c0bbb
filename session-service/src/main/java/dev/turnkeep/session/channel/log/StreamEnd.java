package dev.turnkeep.session.channel.log;

/** Where a stream ends. */
public record StreamEnd(long id, long incarnation, long next, boolean closed) {
    public Offset offset() {
        return new Offset(incarnation, next);
    }
}
