@NullMarked
package dev.turnkeep.replication.pgoutput;

import org.jspecify.annotations.NullMarked;
