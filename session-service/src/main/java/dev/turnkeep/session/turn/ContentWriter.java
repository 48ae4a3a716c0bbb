package dev.turnkeep.session.turn;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.turn.ContentStore.Stored;
import dev.turnkeep.session.turn.NewContent.Chain;
import dev.turnkeep.session.turn.NewContent.Node;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Stores what the turns of one transaction are made of: looks which nodes and blobs are new, inserts those, and keeps a
 * session's own text where it differs from a node that another session sent first.
 */
final class ContentWriter {
    /** How far back the first look for a known leaf goes; each further one goes eight times as far. */
    private static final int WINDOW = 8;

    private final SqlConnection connection;
    private final Instant now;
    private final NewContent content = new NewContent();
    private final NavigableMap<Address, Node> missing = new TreeMap<>();
    private @Nullable Future<Integer> inserting;

    ContentWriter(SqlConnection connection, Instant now) {
        this.connection = connection;
        this.now = now;
    }

    /** Finds what is new. Sessions inserted by this transaction have no earlier turns to look for. */
    void look(List<TurnStore.PlacedTurn> turns, Set<SessionId> insertedSessions) {
        Map<SessionId, Set<String>> known = knownLeaves(turns, insertedSessions);
        for (TurnStore.PlacedTurn turn : turns) {
            SessionId session = turn.placed().session();
            content.add(turn.pending(), session, known.getOrDefault(session, Set.of()));
        }
        missing.putAll(content.nodes());
    }

    /** Sends the inserts; {@link #settle} follows once they have been answered. */
    void write(List<Future<?>> writes) {
        Future<Map<Address, Stored>> nodes =
                ContentStore.storedNodes(connection, content.nodes().keySet());
        Future<Set<Address>> blobs =
                ContentStore.storedBlobs(connection, content.blobs().keySet());
        Map<Address, Stored> stored = await(nodes);
        missing.keySet().removeAll(stored.keySet());
        var newBlobs = new TreeMap<>(content.blobs());
        newBlobs.keySet().removeAll(await(blobs));
        inserting = ContentStore.insertNodes(connection, List.copyOf(missing.values()), now);
        writes.add(inserting);
        writes.add(ContentStore.insertBlobs(connection, newBlobs, now));
        List<Node> variants = differing(content.nodes().values(), stored);
        variants.addAll(content.differing());
        writes.add(ContentStore.insertVariants(connection, variants, now));
    }

    /** Another transaction may have inserted a node between the look and the insert, with another text. */
    void settle() {
        if (inserting == null || await(inserting) == missing.size()) {
            return;
        }
        List<Node> variants =
                differing(missing.values(), await(ContentStore.storedNodes(connection, missing.keySet())));
        await(ContentStore.insertVariants(connection, variants, now));
    }

    private static List<Node> differing(Collection<Node> nodes, Map<Address, Stored> stored) {
        List<Node> variants = new ArrayList<>();
        for (Node node : nodes) {
            Stored other = stored.get(node.address());
            if (other != null
                    && !other.session().equals(node.session())
                    && !Arrays.equals(other.contentDigest(), node.contentDigest())) {
                variants.add(node);
            }
        }
        return variants;
    }

    private Map<SessionId, Set<String>> knownLeaves(List<TurnStore.PlacedTurn> turns, Set<SessionId> insertedSessions) {
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
            Map<SessionId, Set<String>> found = await(ContentStore.knownLeaves(connection, open, skip, window));
            found.forEach((session, leaves) ->
                    known.computeIfAbsent(session, s -> new HashSet<>()).addAll(leaves));
            int reached = skip + window;
            open.removeIf(chain -> chain.turn().turn().nodes().size() <= reached || reaches(chain, known));
            skip = reached;
        }
        return known;
    }

    private static boolean reaches(Chain chain, Map<SessionId, Set<String>> known) {
        Set<String> leaves = known.getOrDefault(chain.session(), Set.of());
        return chain.turn().turn().nodes().stream().anyMatch(node -> leaves.contains(node.hash()));
    }
}
