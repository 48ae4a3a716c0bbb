package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.turn.TurnNode;
import dev.turnkeep.session.turn.ContentStore.Stored;
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
 * The nodes and blobs that a batch may have to insert. A node that the session sent before is stored already, and so is
 * all that it stands on: only what comes after it is new, so the work follows what was said and not the history.
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
    private final List<Node> repeated = new ArrayList<>();
    private final Map<SessionId, Set<String>> leaves = new HashMap<>();

    /**
     * Adds what a turn brings.
     *
     * @param known hashes of this chain that the session sent before this batch
     */
    void add(PendingTurn turn, SessionId session, Set<String> known) {
        Scope scope = turn.scope();
        List<TurnNode> chain = turn.turn().nodes();
        Set<String> ofBatch = leaves.computeIfAbsent(session, s -> new HashSet<>());
        int first = chain.size();
        while (first > 0
                && !ofBatch.contains(chain.get(first - 1).hash())
                && !known.contains(chain.get(first - 1).hash())) {
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
        turn.blobs().present().forEach(blob -> blobs.putIfAbsent(new Address(scope, blob.digest()), blob.content()));
    }

    private void add(Node node) {
        Node first = nodes.putIfAbsent(node.address(), node);
        if (first != null && !first.session().equals(node.session())) {
            repeated.add(node);
        }
    }

    /** What is to be inserted where nothing is stored, in the order of the addresses. */
    NavigableMap<Address, Node> nodes() {
        return nodes;
    }

    /** In the order of their addresses. */
    NavigableMap<Address, RawJson> blobs() {
        return blobs;
    }

    /**
     * What sessions of this batch sent where the node keeps another session's different text.
     *
     * @param stored the nodes that others stored; the rest are stored as this batch's first sender sent them
     */
    List<Node> variants(Map<Address, Stored> stored) {
        List<Node> variants = new ArrayList<>();
        nodes.values().forEach(node -> addVariant(node, stored.get(node.address()), variants));
        for (Node node : repeated) {
            Stored kept = stored.get(node.address());
            Node first = nodes.get(node.address());
            if (kept == null && first != null) {
                kept = new Stored(first.session(), first.contentDigest());
            }
            addVariant(node, kept, variants);
        }
        return variants;
    }

    private static void addVariant(Node node, @Nullable Stored kept, List<Node> variants) {
        if (kept != null
                && !kept.session().equals(node.session())
                && !Arrays.equals(kept.contentDigest(), node.contentDigest())) {
            variants.add(node);
        }
    }

    private static byte[] hash(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
