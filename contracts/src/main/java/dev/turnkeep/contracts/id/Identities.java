package dev.turnkeep.contracts.id;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How turns, events and synthetic sessions get their ids: from what they are, so that a retry gets the same one. */
public final class Identities {
    private static final UUID TURN = Uuids.version5(Uuids.URL, "urn:turnkeep:turn");
    private static final UUID EVENT = Uuids.version5(Uuids.URL, "urn:turnkeep:event");
    private static final int REQUEST_ID_CAP = 256;
    private static final int SYNTHETIC_DIGITS = 16;

    private Identities() {}

    /** The id of a turn whose caller named its request. Over 256 bytes of UTF-8, the name's SHA-256 stands for it. */
    public static TurnId turnByRequest(TurnAddress address, String requestId) {
        return new TurnId(
                Uuids.version5(TURN, Netstring.of(address.encoded()) + 'r' + Netstring.of(capped(requestId))));
    }

    /**
     * The id of a turn whose caller named its call for the whole environment: it is the same turn whatever session it is told
     * to be of. Over 256 bytes of UTF-8, the name's SHA-256 stands for it.
     */
    public static TurnId turnByCall(Scope scope, String callId) {
        String where = Netstring.of(scope.org().toString(), scope.environment().value());
        return new TurnId(Uuids.version5(TURN, where + 'c' + Netstring.of(capped(callId))));
    }

    private static String capped(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return bytes.length > REQUEST_ID_CAP ? HexFormat.of().formatHex(sha256(bytes)) : name;
    }

    /**
     * The id of a turn whose caller did not. Without a time too, the same words said again in the same chain are one
     * turn.
     *
     * @param leafHash 64 lower-case hex characters
     * @param callersTime {@code captured_at}, else {@code ts_request}, as the caller wrote it
     */
    public static TurnId turnByContent(TurnAddress address, String leafHash, @Nullable String callersTime) {
        String time = callersTime == null ? "" : callersTime;
        return new TurnId(Uuids.version5(TURN, Netstring.of(address.encoded()) + 'l' + Netstring.of(leafHash, time)));
    }

    /**
     * The id of a session event.
     *
     * @param type such as {@code session.started}
     * @param cause empty for starts and ends, so that nothing can start or end an epoch twice; the turn id for
     *     {@code turn.late}; the row version for all others
     */
    public static EventId event(SessionId session, int epoch, String type, String cause) {
        return new EventId(
                Uuids.version5(EVENT, Netstring.of(session.toString(), Integer.toString(epoch), type, cause)));
    }

    /**
     * The harness session id of a turn that names neither session nor actor: 16 hex characters of its first words' hash,
     * scoped by the speaker, so that two people who start alike do not share a session.
     *
     * @param firstWordsHash the hash of the first non-system node with content, else of the leaf: 64 hex characters
     */
    public static HarnessSessionId synthetic(String firstWordsHash, @Nullable AuthSubject subject) {
        String hash = firstWordsHash;
        if (subject != null) {
            byte[] scoped = (firstWordsHash + '\0' + subject.value()).getBytes(StandardCharsets.UTF_8);
            hash = HexFormat.of().formatHex(sha256(scoped));
        }
        return new HarnessSessionId(hash.substring(0, SYNTHETIC_DIGITS));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
