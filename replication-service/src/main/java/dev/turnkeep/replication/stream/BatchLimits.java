package dev.turnkeep.replication.stream;

import java.time.Duration;

/**
 * When a batch goes to the sink, whichever comes first.
 *
 * @param rows at the most, 1 or more
 * @param size in bytes, by the rows' own estimates; a single larger row is a batch of its own
 * @param age since its first row was read; zero when nothing more is to be read at the moment
 */
public record BatchLimits(int rows, long size, Duration age) {}
