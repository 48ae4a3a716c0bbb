package dev.turnkeep.contracts.turn;

import dev.turnkeep.contracts.json.CanonicalJson;
import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 of what a turn says: its chain, usage, model and session block. A retry has the same digest whatever its
 * transport coding, trace or time of arrival; the same turn id with another digest is a conflict.
 */
public final class PayloadDigest {
    private final MessageDigest sha256;
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

    private PayloadDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** 32 bytes. */
    public static byte[] of(TurnRecord turn) {
        return new PayloadDigest().digest(turn);
    }

    private byte[] digest(TurnRecord turn) {
        // The leaf's hash commits to the whole chain.
        text(turn.leaf().hash());
        number(turn.nodes().size());
        text(turn.provider());
        text(turn.model());
        text(turn.stopReason());
        Usage usage = turn.usage();
        number(usage.inputTokens());
        number(usage.outputTokens());
        number(usage.cacheReadTokens());
        number(usage.cacheWriteTokens());
        number(usage.cacheWrite1hTokens());
        number(usage.reasoningTokens());
        // How much of it was told, in which parts and at which tier is not in it: turns from before it was read have to
        // be
        // known again.
        number(turn.costNanoUsd() == null ? -1 : turn.costNanoUsd());
        text(turn.address().encoded());
        session(turn.session());
        return sha256.digest();
    }

    private void session(SessionBlock session) {
        text(session.harness().value());
        text(session.harnessSession() == null ? null : session.harnessSession().value());
        text(session.session() == null ? null : session.session().toString());
        text(session.external() == null ? null : session.external().value());
        text(session.actor() == null ? null : session.actor().value());
        text(session.subject() == null ? null : session.subject().value());
        text(session.harnessVersion());
        text(session.cwd());
        text(session.name());
        text(session.parentHarness() == null ? null : session.parentHarness().value());
        text(
                session.parentHarnessSession() == null
                        ? null
                        : session.parentHarnessSession().value());
        text(session.harnessMetadata() == null ? null : canonical(session.harnessMetadata()));
    }

    /** A client that writes the same object again may order or space it otherwise: it is a retry all the same. */
    private static String canonical(RawJson metadata) {
        try {
            return CanonicalJson.of(metadata).toString();
        } catch (IOException e) {
            throw new UncheckedIOException("a parser has accepted the metadata before", e);
        }
    }

    /** Length first, so that no two lists of fields share bytes; -1 is absent, which differs from empty. */
    private void text(@Nullable String text) {
        if (text == null) {
            number(-1);
            return;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        sha256.update(bytes);
    }

    private void number(long value) {
        sha256.update(number.clear().putLong(value).flip());
    }
}
