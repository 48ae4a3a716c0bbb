/** Many turns in one request, each judged alone. */
@NullMarked
package dev.turnkeep.ingest.batch;

import org.jspecify.annotations.NullMarked;
