package dev.turnkeep.contracts.merkle;

import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalText;
import dev.turnkeep.contracts.json.RawJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages that each name the one before by hash. {@code hash = hex(SHA-256(JCS({"parent":P,"content":{"type":"message",
 * "role":R,"content":[blocks]}})))}, where P is empty at the root. Canonical order puts the content first and the parent
 * last, so the bytes of a message are made once, whatever chain it stands in.
 *
 * @param nodes root first, never empty
 */
public record Chain(List<Node> nodes) {
    private static final byte[] BEFORE_CONTENT = ascii("{\"content\":{\"content\":");
    private static final byte[] BEFORE_ROLE = ascii(",\"role\":");
    private static final byte[] BEFORE_PARENT = ascii(",\"type\":\"message\"},\"parent\":\"");
    private static final byte[] END = ascii("\"}");

    public Chain {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("a chain has at least its root");
        }
    }

    /** The chain of these messages, first to last. */
    public static Chain of(List<Message> messages) {
        MessageDigest sha256 = sha256();
        List<Node> nodes = new ArrayList<>(messages.size());
        NodeHash parent = null;
        for (Message message : messages) {
            NodeHash hash = hash(sha256, parent, message.role(), message.projection());
            nodes.add(new Node(hash, parent, message));
            parent = hash;
        }
        return new Chain(nodes);
    }

    /** The hash of one message below a parent. */
    public static NodeHash hash(@Nullable NodeHash parent, String role, RawJson projection) {
        return hash(sha256(), parent, role, projection);
    }

    public Node root() {
        return nodes.getFirst();
    }

    /** The newest message: in a turn, the response. */
    public Node leaf() {
        return nodes.getLast();
    }

    private static NodeHash hash(MessageDigest sha256, @Nullable NodeHash parent, String role, RawJson projection) {
        sha256.update(BEFORE_CONTENT);
        projection.digestInto(sha256);
        sha256.update(BEFORE_ROLE);
        ByteBuilder quotedRole = new ByteBuilder(32);
        CanonicalText.write(role, quotedRole);
        sha256.update(quotedRole.toBytes());
        sha256.update(BEFORE_PARENT);
        if (parent != null) {
            sha256.update(ascii(parent.hex()));
        }
        sha256.update(END);
        return NodeHash.of(sha256.digest());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
