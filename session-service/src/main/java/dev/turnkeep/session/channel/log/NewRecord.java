package dev.turnkeep.session.channel.log;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record to be appended. Nobody writes to its bytes any more.
 *
 * @param partId what its writer calls it, see {@link #part}; a second record of that name is the first one
 * @param at when it was made, as its writer has it: counts when it is neither in the future nor before the record before
 *     it; null for the time of its arrival
 */
public record NewRecord(
        Kind kind,
        Buffer body,
        List<RecordHeader> headers,
        @Nullable String partId,
        @Nullable Instant at) {
    private static final int OVERHEAD = 8;
    private static final int PART = 256;
    private static final char SEPARATOR = '\u001f';
    private static final int HEADER_OVERHEAD = 2;
    /** In bytes, of a body's. No two bodies meet in so many. */
    private static final int HASH = 16;

    public NewRecord {
        headers = List.copyOf(headers);
    }

    public NewRecord(Kind kind, Buffer body, List<RecordHeader> headers, @Nullable String partId) {
        this(kind, body, headers, partId, null);
    }

    /**
     * The name of one record of several that were sent under one name. The first has that name itself: sent alone, it is the
     * same. No name of a writer's is that of another record.
     *
     * @throws Invalid (400) for a name that is empty, longer than 256 bytes, or has control characters
     */
    public static String part(String name, int index) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length < 1 || length > PART || name.chars().anyMatch(Character::isISOControl)) {
            throw new Invalid(Problem.MALFORMED, null, "a part id has 1.." + PART + " bytes and no control characters");
        }
        return index == 0 ? name : name + SEPARATOR + index;
    }

    /**
     * The name of a record that is sent again only with the same body, by writers whose names are short and made by chance:
     * another one that meets the same name is another record.
     */
    public static String part(String name, Buffer body) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(body.getBytes());
            return name + SEPARATOR + HexFormat.of().formatHex(hash, 0, HASH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same with another body. */
    public NewRecord with(Buffer other) {
        return new NewRecord(kind, other, headers, partId, at);
    }

    public static NewRecord raw(Buffer body) {
        return new NewRecord(Kind.RAW, body, List.of(), null);
    }

    /** Its size as the limits count it, in bytes: 8, 2 for each header, and all bytes of headers and body. */
    public int metered() {
        return metered(headers, body);
    }

    /** The same of a record that is stored. */
    public static int metered(List<RecordHeader> headers, Buffer body) {
        int size = OVERHEAD + body.length();
        for (RecordHeader header : headers) {
            size += HEADER_OVERHEAD + header.name().length() + header.value().length();
        }
        return size;
    }
}
