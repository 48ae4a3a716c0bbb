package dev.turnkeep.session.channel.log;

import dev.turnkeep.contracts.problem.Invalid;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What a record tells the log itself to do, as S2 writes it: one header without a name, whose value is the command. It takes
 * a seq like any record, and is shown to readers of all records.
 */
public sealed interface Command {
    /** The longest token, in bytes of UTF-8. */
    int TOKEN = 36;

    /** From now on, whoever says what the token is has to say this. */
    record Fence(String token) implements Command {}

    /** Records before it may go; never more than there are, this one included. */
    record Trim(long before) implements Command {}

    /**
     * Empty for a record of data.
     *
     * @throws Invalid (422) for a header without a name that is no command, and for a command that says nothing valid
     */
    static Optional<Command> of(List<RecordHeader> headers, Buffer body) {
        if (headers.stream().noneMatch(header -> header.name().length() == 0)) {
            return Optional.empty();
        }
        if (headers.size() != 1) {
            throw Invalid.field("headers", "one without a name is a command, and stands alone");
        }
        return Optional.of(
                switch (headers.getFirst().value().toString(StandardCharsets.UTF_8)) {
                    case "fence" -> fence(body);
                    case "trim" -> trim(body);
                    default -> throw Invalid.field("headers", "a header without a name has the value fence or trim");
                });
    }

    private static Command fence(Buffer body) {
        String token = body.toString(StandardCharsets.UTF_8);
        checkToken("body", token);
        if (!Buffer.buffer(token).equals(body)) {
            throw Invalid.field("body", "a fencing token is UTF-8");
        }
        return new Fence(token);
    }

    private static Command trim(Buffer body) {
        if (body.length() != Long.BYTES) {
            throw Invalid.field("body", "of a trim: a seq in " + Long.BYTES + " bytes, the highest first");
        }
        long before = body.getLong(0);
        // It is not signed.
        return new Trim(before < 0 ? Long.MAX_VALUE : before);
    }

    /** @throws Invalid (422) for one that no stream can have */
    static void checkToken(String field, String token) {
        if (token.getBytes(StandardCharsets.UTF_8).length > TOKEN || token.indexOf('\0') >= 0) {
            throw Invalid.field(field, "a fencing token has at most " + TOKEN + " bytes and no NUL");
        }
    }
}
