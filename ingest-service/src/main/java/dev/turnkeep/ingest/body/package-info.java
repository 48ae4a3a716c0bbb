/** Request bodies: decoded, measured, and never more of them in memory than there is room for. */
@NullMarked
package dev.turnkeep.ingest.body;

import org.jspecify.annotations.NullMarked;
