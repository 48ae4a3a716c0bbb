/**
 * The messages of Postgres' logical replication plug-in {@code pgoutput}, protocol 2 without streaming, as the manual's
 * chapter "Logical Replication Message Formats" lays them out. No I/O.
 */
@NullMarked
package dev.turnkeep.replication.pgoutput;

import org.jspecify.annotations.NullMarked;
