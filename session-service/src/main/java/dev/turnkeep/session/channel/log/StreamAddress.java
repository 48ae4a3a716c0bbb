package dev.turnkeep.session.channel.log;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Where a stream is: a session's channel, or a name in the open namespace.
 *
 * @param owner the session, or {@link #NOBODY}
 * @param name {@code in}, {@code out}, {@code channels/...}, or any name of the open namespace; 1 to 1024 bytes in UTF-8
 */
public record StreamAddress(Scope scope, SessionId owner, String name) {
    public static final SessionId NOBODY = new SessionId(new UUID(0, 0));

    /** The open namespace belongs to no tenant. */
    public static final Scope OPEN = new Scope(new OrgId(new UUID(0, 0)), new EnvironmentName("open"));

    private static final int LONGEST = 1024;

    public StreamAddress {
        if (name.isEmpty() || name.indexOf('\0') >= 0 || !isText(name)) {
            throw new Invalid(Problem.MALFORMED, null, "the name of a stream has 1..1024 bytes of UTF-8 and no NUL");
        }
    }

    public static StreamAddress open(String name) {
        return new StreamAddress(OPEN, NOBODY, name);
    }

    /** 404 for the id of nobody: it names no session, and must not lead to streams that have none. */
    public static StreamAddress channel(Scope scope, SessionId session, String name) {
        if (session.equals(NOBODY)) {
            throw new Invalid(Problem.NOT_FOUND, null, Problem.NOT_FOUND.title());
        }
        return new StreamAddress(scope, session, name);
    }

    public boolean isOpen() {
        return owner.equals(NOBODY);
    }

    private static boolean isText(String name) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(name)
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }
}
