package dev.turnkeep.session.channel.log;

import java.time.Instant;

/** Where a part of a writer's is stored, and since when. */
record Part(long seq, Instant at) {}
