package dev.turnkeep.session.erase;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes of an erased session others still stand on: a node that others hold, and everything above it. Pure.
 *
 * @param kept hashes in hex
 * @param free hashes in hex
 */
record Chains(List<String> kept, List<String> free) {
    /** A node of the session's chains, by the hex of its hash. */
    record Link(String hash, @Nullable String parent) {}

    /**
     * @param links all nodes of the session's chains
     * @param held those that another turn ends at, or a node of somebody else stands on
     */
    static Chains of(List<Link> links, Set<String> held) {
        Map<String, Link> byHash = new HashMap<>();
        links.forEach(link -> byHash.put(link.hash(), link));
        Set<String> kept = new HashSet<>();
        for (String hash : held) {
            @Nullable Link at = byHash.get(hash);
            while (at != null && kept.add(at.hash())) {
                at = at.parent() == null ? null : byHash.get(at.parent());
            }
        }
        List<String> stay = new ArrayList<>();
        List<String> go = new ArrayList<>();
        links.forEach(link -> (kept.contains(link.hash()) ? stay : go).add(link.hash()));
        return new Chains(stay, go);
    }
}
