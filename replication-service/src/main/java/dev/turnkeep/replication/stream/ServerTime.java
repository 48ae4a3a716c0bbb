package dev.turnkeep.replication.stream;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The time as Postgres has it: commits and heartbeats carry that, and this machine's clock may show another. Written by the leader. */
final class ServerTime implements InstantSource {
    private final InstantSource here;
    private volatile Duration ahead = Duration.ZERO;

    ServerTime(InstantSource here) {
        this.here = here;
    }

    /** Postgres has just said so. */
    void is(Instant server) {
        ahead = Duration.between(here.instant(), server);
    }

    @Override
    public Instant instant() {
        return here.instant().plus(ahead);
    }
}
