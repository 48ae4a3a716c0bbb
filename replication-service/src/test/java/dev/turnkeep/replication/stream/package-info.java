@NullMarked
package dev.turnkeep.replication.stream;

import org.jspecify.annotations.NullMarked;
