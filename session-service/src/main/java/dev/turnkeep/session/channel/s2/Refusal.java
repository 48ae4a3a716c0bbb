package dev.turnkeep.session.channel.s2;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.turnkeep.contracts.problem.Excess;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.channel.durable.StoreAway;
import dev.turnkeep.session.channel.log.AppendOutcome;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What S2's clients are told when something is not done: a status, and JSON with a code that they match on. The same stands
 * in an answer of its own and in the last frame of a session.
 *
 * @param after when to come back; null for no such advice
 */
record Refusal(int status, Buffer json, @Nullable Duration after) {
    private static final Logger LOG = LoggerFactory.getLogger(Refusal.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    static Refusal of(int status, String code, String message) {
        return of(status, code, message, null);
    }

    private static Refusal of(int status, String code, String message, @Nullable Duration after) {
        return new Refusal(status, written(members(code, message)), after);
    }

    private static Map<String, Object> members(String code, String message) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("code", code);
        members.put("message", message);
        return members;
    }

    /** A reader began after the end, and does not wait. */
    static Refusal unwritten(Position tail) {
        return new Refusal(416, JsonFormat.tail(tail), null);
    }

    static Refusal tooLarge(String what, long size, long limit) {
        Map<String, Object> members =
                members("too_large", what + " of " + size + " metered bytes; the limit is " + limit);
        members.put("metered_bytes", size);
        members.put("limit", limit);
        return new Refusal(413, written(members), null);
    }

    /** Not too large by itself: there is no room for it. */
    private static Refusal full(AppendOutcome.Full full) {
        Map<String, Object> members = members(
                "stream_full",
                "the stream is full: it holds " + full.held() + " bytes, and the limit is " + full.limit()
                        + "; a trim makes room");
        members.put("held", full.held());
        members.put("limit", full.limit());
        return new Refusal(413, written(members), null);
    }

    static Refusal missing() {
        return of(404, "stream_not_found", "there is no such stream");
    }

    static Refusal closed() {
        return of(409, "stream_closed", "the stream is closed");
    }

    /** Nothing was done. */
    static Refusal unavailable(RetryLater later) {
        return of(503, "unavailable", later.detail(), later.after());
    }

    /** Clients come back elsewhere at once, and count it as no failure: whatever was accepted has been answered. */
    static Refusal draining() {
        return of(503, "server_draining", "the service is stopping", Duration.ofSeconds(1));
    }

    /** Of anything but an append that was done. */
    static Refusal of(AppendOutcome outcome) {
        return switch (outcome) {
            case AppendOutcome.OtherSeq other ->
                new Refusal(412, written(Map.of("seq_num_mismatch", other.next())), null);
            case AppendOutcome.OtherFence other ->
                new Refusal(412, written(Map.of("fencing_token_mismatch", other.token())), null);
            case AppendOutcome.Missing _, AppendOutcome.Hidden _ -> missing();
            case AppendOutcome.Closed _ -> closed();
            case AppendOutcome.Full full -> full(full);
            case AppendOutcome.Appended _,
                    AppendOutcome.Repeated _,
                    AppendOutcome.OtherType _,
                    AppendOutcome.StaleEpoch _,
                    AppendOutcome.LateStart _,
                    AppendOutcome.Gap _,
                    AppendOutcome.Regression _,
                    AppendOutcome.TooManyProducers _ -> unexpected("an outcome that no batch has");
        };
    }

    static Refusal of(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return switch (StoreAway.orElse(cause)) {
            case Refused refused -> refused.refusal();
            case Invalid invalid -> refused(invalid);
            case RetryLater later -> of(later.problem().status(), code(later.problem()), later.detail(), later.after());
            default -> {
                // Never the message: it can quote content.
                LOG.atError()
                        .addKeyValue("failure", cause.getClass().getName())
                        .addKeyValue("at", cause.getStackTrace().length == 0 ? "" : cause.getStackTrace()[0])
                        .log("an S2 request failed unexpectedly");
                yield unexpected(Problem.INTERNAL.title());
            }
        };
    }

    /** With the numbers of a limit, where it is about one. */
    private static Refusal refused(Invalid invalid) {
        Map<String, Object> members = members(code(invalid.problem()), invalid.detail());
        Excess excess = invalid.excess();
        if (excess != null) {
            members.put("size", excess.size());
            members.put("limit", excess.limit());
        }
        return new Refusal(invalid.problem().status(), written(members), null);
    }

    /** So many are there already. */
    static Refusal crowded(RetryLater later, int limit) {
        Map<String, Object> members = members(code(later.problem()), later.detail());
        members.put("limit", limit);
        return new Refusal(later.problem().status(), written(members), later.after());
    }

    private static Refusal unexpected(String message) {
        return of(500, "other", message);
    }

    private static String code(Problem problem) {
        return switch (problem) {
            case UNAUTHENTICATED, FORBIDDEN -> "permission_denied";
            case NOT_FOUND -> "stream_not_found";
            case INVALID_FIELD -> "invalid";
            case RATE_LIMITED -> "rate_limited";
            // Not S2's "unavailable", which promises that nothing was written: after a commit without an answer nobody
            // knows.
            case UNAVAILABLE -> "storage";
            case OVERLOADED -> "unavailable";
            default -> problem.code();
        };
    }

    private static Buffer written(Map<String, Object> members) {
        try {
            return Buffer.buffer(JSON.writeValueAsBytes(members));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
