package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.turn.TurnNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The nodes and blobs that a batch may have to insert. A node behind the leaf of an earlier turn of the same session is
 * stored already: only what comes after it is new, so the work follows what was said and not the history.
 */
final class NewContent {
    /** A node as its session sent it. */
    record Node(
            Address address,
            byte @Nullable [] parent,
            SessionId session,
            String role,
            RawJson content,
            byte[] contentDigest) {}

    /** A turn whose chain may be known: a session that had turns before this batch. */
    record Chain(PendingTurn turn, SessionId session) {}

    private final NavigableMap<Address, Node> nodes = new TreeMap<>();
    private final NavigableMap<Address, RawJson> blobs = new TreeMap<>();
    private final List<Node> differing = new ArrayList<>();
    private final Map<SessionId, Set<String>> leaves = new HashMap<>();

    /**
     * Adds what a turn brings.
     *
     * @param knownLeaves leaf hashes of the session's stored turns that occur in this chain
     */
    void add(PendingTurn turn, SessionId session, Set<String> knownLeaves) {
        Scope scope = turn.scope();
        List<TurnNode> chain = turn.turn().nodes();
        Set<String> ofBatch = leaves.computeIfAbsent(session, s -> new HashSet<>());
        int first = chain.size();
        while (first > 0
                && !ofBatch.contains(chain.get(first - 1).hash())
                && !knownLeaves.contains(chain.get(first - 1).hash())) {
            first--;
        }
        for (int i = first; i < chain.size(); i++) {
            TurnNode node = chain.get(i);
            byte[] parent = i == 0 ? null : hash(chain.get(i - 1).hash());
            add(new Node(
                    new Address(scope, hash(node.hash())),
                    parent,
                    session,
                    node.role(),
                    node.content(),
                    Address.sha256(node.content())));
        }
        ofBatch.add(turn.turn().leaf().hash());
        blob(scope, turn.turn().system());
        blob(scope, turn.turn().tools());
        blob(scope, turn.turn().params());
    }

    private void add(Node node) {
        Node first = nodes.putIfAbsent(node.address(), node);
        if (first != null
                && !first.session().equals(node.session())
                && !Arrays.equals(first.contentDigest(), node.contentDigest())) {
            differing.add(node);
        }
    }

    private void blob(Scope scope, @Nullable RawJson content) {
        if (content != null) {
            blobs.putIfAbsent(Address.of(scope, content), content);
        }
    }

    /** In the order of their addresses. */
    NavigableMap<Address, Node> nodes() {
        return nodes;
    }

    /** In the order of their addresses. */
    NavigableMap<Address, RawJson> blobs() {
        return blobs;
    }

    /** Nodes of this batch that another session of this batch sent first, with another content. */
    List<Node> differing() {
        return differing;
    }

    private static byte[] hash(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
