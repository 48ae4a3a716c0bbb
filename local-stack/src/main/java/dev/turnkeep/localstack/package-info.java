/** Real engines (Kafka, Postgres, Redis), each in a process of its own, behind one small API. Knows nothing of the services. */
@NullMarked
package dev.turnkeep.localstack;

import org.jspecify.annotations.NullMarked;
