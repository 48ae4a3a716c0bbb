package dev.turnkeep.replication.stream;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a stream is made of.
 *
 * @param name short, in metrics and in the tables of the streams' state: {@code events} or {@code tables}
 * @param slot on the whole server, so two installations on one server need two names
 * @param publications what they have to be; together they are sent
 */
public record StreamSpec(String name, String slot, List<Publication> publications, BatchLimits batches) {
    /** As the server wants to be told them. */
    String publicationNames() {
        return publications.stream().map(Publication::name).collect(Collectors.joining(","));
    }
}
