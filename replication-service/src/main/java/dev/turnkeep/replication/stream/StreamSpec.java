package dev.turnkeep.replication.stream;

/**
 * What a stream is made of.
 *
 * @param name short, in metrics and in the tables of the streams' state: {@code events} or {@code tables}
 * @param slot on the whole server, so two installations on one server need two names
 * @param publication what it has to be
 */
public record StreamSpec(String name, String slot, Publication publication, BatchLimits batches) {}
