/** Liveness for proxies. */
@NullMarked
package dev.turnkeep.ingest.ping;

import org.jspecify.annotations.NullMarked;
