@NullMarked
package dev.turnkeep.replication;

import org.jspecify.annotations.NullMarked;
