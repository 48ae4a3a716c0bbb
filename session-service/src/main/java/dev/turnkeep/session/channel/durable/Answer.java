package dev.turnkeep.session.channel.durable;

import dev.turnkeep.contracts.problem.Excess;
import dev.turnkeep.contracts.problem.Problem;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer that is written in one piece. Confined to whoever builds it. */
final class Answer {
    private final int status;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final @Nullable Problem problem;
    private final Buffer body;
    private final String detail;
    private @Nullable Excess excess;

    private Answer(int status, Buffer body, @Nullable Problem problem, String detail) {
        this.status = status;
        this.body = body;
        this.problem = problem;
        this.detail = detail;
    }

    static Answer of(int status) {
        return new Answer(status, Buffer.buffer(), null, "");
    }

    static Answer of(int status, Buffer body) {
        return new Answer(status, body, null, "");
    }

    /** @param detail answered to the caller: nothing of the request, nothing internal */
    static Answer problem(Problem problem, String detail) {
        return new Answer(problem.status(), Buffer.buffer(), problem, detail);
    }

    /** With the numbers of a limit, if there are any. */
    Answer exceeding(@Nullable Excess beyond) {
        excess = beyond;
        return this;
    }

    Answer with(String name, String value) {
        headers.put(name, value);
        return this;
    }

    Answer withIf(boolean so, String name, String value) {
        return so ? with(name, value) : this;
    }

    int status() {
        return status;
    }

    Buffer body() {
        return body;
    }

    Map<String, String> headers() {
        return headers;
    }

    @Nullable
    Problem problem() {
        return problem;
    }

    @Nullable
    Excess excess() {
        return excess;
    }

    String detail() {
        return detail;
    }
}
