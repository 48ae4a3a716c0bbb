package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.channel.log.StreamAddress;

/** Whoever was let in to a stream. */
interface Pass {
    StreamAddress stream();

    /**
     * For connections that stay: whether the credential is as good as when it came. May wait for Postgres.
     *
     * @throws Invalid (401) once it has expired or was revoked
     */
    void recheck();
}
