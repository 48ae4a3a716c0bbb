package dev.turnkeep.session.channel.s2;

import dev.turnkeep.session.channel.log.AppendOutcome.Appended;

/**
 * The answer to a batch.
 *
 * @param start of its first record
 * @param end after its last record
 * @param tail of the stream
 */
record Ack(Position start, Position end, Position tail) {
    /** Of some of an append's records, which are told apart by where they stand in it. */
    static Ack of(Appended appended, int from, int to) {
        return new Ack(
                Position.of(appended.seqs().get(from), appended.times().get(from)),
                Position.of(appended.seqs().get(to - 1) + 1, appended.times().get(to - 1)),
                Position.of(appended.end().next(), appended.lastAt()));
    }
}
