package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import org.jspecify.annotations.Nullable;

/** The pieces that a response came in, one after the other. */
interface StreamEvents {
    /** The data of the next piece; null at the end. Whether it is JSON, and whole, is for the reader to find out. */
    @Nullable
    RawJson next();

    /** Something before the end could not be taken apart. Known once {@link #next} has given null. */
    boolean isDamaged();

    /** The JSON values of a body, or its server-sent events: their first bytes tell them apart. */
    static StreamEvents of(RawJson body) {
        byte first = firstByte(body);
        return first == '{' || first == '[' ? new JsonValues(body) : new ServerSentEvents(body);
    }

    /** The first byte that is no white space; 0 when there is none. */
    static byte firstByte(RawJson body) {
        for (int i = 0; i < body.length(); i++) {
            byte b = body.array()[body.offset() + i];
            if (b != ' ' && b != '\t' && b != '\n' && b != '\r') {
                return b;
            }
        }
        return 0;
    }
}
