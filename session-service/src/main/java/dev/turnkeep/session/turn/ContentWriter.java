package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.session.turn.ContentStore.Stored;
import dev.turnkeep.session.turn.NewContent.Chain;
import dev.turnkeep.session.turn.NewContent.Node;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Stores what the turns of one transaction are made of: looks which nodes and blobs are new, inserts those, and keeps a
 * session's own text where it differs from a node that another session sent first.
 */
final class ContentWriter {
    /** How far back the first look for a known node goes; each further one goes eight times as far. */
    private static final int WINDOW = 8;

    private final SqlConnection connection;
    private final Instant now;
    private final NewContent content = new NewContent();
    private final NavigableMap<Address, Node> newNodes = new TreeMap<>();
    private final NavigableMap<Address, RawJson> newBlobs = new TreeMap<>();
    private List<Node> variants = List.of();

    ContentWriter(SqlConnection connection, Instant now) {
        this.connection = connection;
        this.now = now;
    }

    /** Finds what is new. Sessions inserted by this transaction have no earlier turns to look for. */
    void look(List<TurnStore.PlacedTurn> turns, Set<SessionId> insertedSessions) {
        Map<SessionId, Set<String>> known = known(turns, insertedSessions);
        for (TurnStore.PlacedTurn turn : turns) {
            SessionId session = turn.placed().session();
            content.add(turn.pending(), session, known.getOrDefault(session, Set.of()));
        }
        Future<Map<Address, Stored>> storedNodes =
                ContentStore.storedNodes(connection, content.nodes().keySet());
        Future<Set<Address>> storedBlobs =
                ContentStore.storedBlobs(connection, content.blobs().keySet());
        Map<Address, Stored> stored = await(storedNodes);
        newNodes.putAll(content.nodes());
        newNodes.keySet().removeAll(stored.keySet());
        newBlobs.putAll(content.blobs());
        newBlobs.keySet().removeAll(await(storedBlobs));
        variants = content.variants(stored);
    }

    /** Sends the inserts, and answers how many nodes were: {@link #settle} has to know. */
    Future<Integer> write(List<Future<?>> writes) {
        Future<Integer> nodes = ContentStore.insertNodes(connection, List.copyOf(newNodes.values()), now);
        writes.add(nodes);
        writes.add(ContentStore.insertBlobs(connection, newBlobs, now));
        writes.add(ContentStore.insertVariants(connection, variants, now));
        return nodes;
    }

    /** Another transaction may have inserted a node between the look and the insert, with another text. */
    void settle(int insertedNodes) {
        if (insertedNodes < newNodes.size()) {
            Map<Address, Stored> stored =
                    await(ContentStore.storedNodes(connection, content.nodes().keySet()));
            await(ContentStore.insertVariants(connection, content.variants(stored), now));
        }
    }

    private Map<SessionId, Set<String>> known(List<TurnStore.PlacedTurn> turns, Set<SessionId> insertedSessions) {
        Map<SessionId, Set<String>> known = new HashMap<>();
        Map<SessionId, Set<String>> ofBatch = new HashMap<>();
        List<Chain> open = new ArrayList<>();
        for (TurnStore.PlacedTurn turn : turns) {
            SessionId session = turn.placed().session();
            Set<String> leaves = ofBatch.computeIfAbsent(session, s -> new HashSet<>());
            boolean follows = turn.pending().turn().nodes().stream().anyMatch(node -> leaves.contains(node.hash()));
            leaves.add(turn.pending().turn().leaf().hash());
            if (!follows && !insertedSessions.contains(session)) {
                open.add(new Chain(turn.pending(), session));
            }
        }
        int skip = 0;
        for (int window = WINDOW; !open.isEmpty(); window *= WINDOW) {
            Map<SessionId, Set<String>> found = await(ContentStore.known(connection, open, skip, window));
            found.forEach((session, hashes) ->
                    known.computeIfAbsent(session, s -> new HashSet<>()).addAll(hashes));
            int reached = skip + window;
            open.removeIf(chain -> chain.turn().turn().nodes().size() <= reached || reaches(chain, known));
            skip = reached;
        }
        return known;
    }

    private static boolean reaches(Chain chain, Map<SessionId, Set<String>> known) {
        Set<String> hashes = known.getOrDefault(chain.session(), Set.of());
        return chain.turn().turn().nodes().stream().anyMatch(node -> hashes.contains(node.hash()));
    }
}
