package dev.turnkeep.session.channel.s2;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.channel.log.StreamAddress;
import io.vertx.core.buffer.Buffer;

/** Whoever was let in to a stream. */
interface Pass {
    StreamAddress stream();

    /**
     * What is stored of what it writes.
     *
     * @throws Invalid (400) for what cannot be looked into
     */
    Buffer checked(Buffer body);

    /**
     * For connections that stay: whether the credential is as good as when it came. May wait for Postgres.
     *
     * @throws Invalid (401) once it has expired or was revoked
     */
    void recheck();
}
