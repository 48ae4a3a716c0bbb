@NullMarked
package dev.turnkeep.replication.table;

import org.jspecify.annotations.NullMarked;
