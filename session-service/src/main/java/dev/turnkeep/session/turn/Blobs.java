package dev.turnkeep.session.turn;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.turn.TurnRecord;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a turn says beside its messages, digested once: of a long prompt and many tools that is most of its bytes. */
record Blobs(
        @Nullable Blob system,
        @Nullable Blob tools,
        @Nullable Blob params) {

    /** @param digest SHA-256 of the content's bytes */
    record Blob(RawJson content, byte[] digest) {}

    static Blobs of(TurnRecord turn) {
        return new Blobs(blob(turn.system()), blob(turn.tools()), blob(turn.params()));
    }

    Stream<Blob> present() {
        return Stream.of(Stream.ofNullable(system), Stream.ofNullable(tools), Stream.ofNullable(params))
                .flatMap(blob -> blob);
    }

    private static @Nullable Blob blob(@Nullable RawJson content) {
        return content == null ? null : new Blob(content, Address.sha256(content));
    }
}
