@NullMarked
package dev.turnkeep.ingest.body;

import org.jspecify.annotations.NullMarked;
