package dev.turnkeep.platform.http;

import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.turnkeep.contracts.problem.Excess;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.platform.trace.TraceIds;
import io.quarkus.arc.All;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where an exception becomes an answer, and where an unexpected one is logged. */
@Singleton
public class ProblemMapper {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemMapper.class);

    private final List<ProblemDialect> dialects;

    ProblemMapper(@All List<ProblemDialect> dialects) {
        this.dialects = dialects;
    }

    /** The framework prefers the nearest class, so those that it maps by itself are named as well. */
    @ServerExceptionMapper({
        Invalid.class,
        RetryLater.class,
        WebApplicationException.class,
        MismatchedInputException.class,
        StreamReadException.class,
        Throwable.class
    })
    public Response map(Throwable thrown, HttpServerRequest request) {
        if (thrown instanceof WebApplicationException web && isAnswer(web.getResponse())) {
            return web.getResponse();
        }
        Fault fault = Fault.of(thrown);
        String traceId = null;
        if (fault.unexpected()) {
            traceId = TraceIds.logged(request.getHeader("traceparent"));
            LOG.atError()
                    .addKeyValue("trace_id", traceId)
                    .addKeyValue("method", request.method())
                    .setCause(Frames.of(thrown))
                    .log("unexpected failure");
        }
        Excess excess = thrown instanceof Invalid invalid ? invalid.excess() : null;
        return answer(fault, traceId, excess, request.path(), allowed(thrown));
    }

    /** A redirection, or an answer with a body that somebody meant to give. */
    private static boolean isAnswer(Response response) {
        return response.getStatus() < 400 || response.hasEntity();
    }

    private Response answer(
            Fault fault,
            @Nullable String traceId,
            @Nullable Excess excess,
            @Nullable String path,
            @Nullable String allow) {
        ProblemDocument document = ProblemDocument.of(
                        fault.problem(), fault.status(), fault.detail(), fault.field(), traceId)
                .with(excess);
        ResponseBuilder builder = dialects.stream()
                .filter(dialect -> path != null && dialect.covers(path))
                .findFirst()
                .map(dialect -> dialect.answer(fault.problem(), document))
                .orElseGet(() -> Response.status(document.status())
                        .type(ProblemDocument.MEDIA_TYPE)
                        .entity(document));
        if (fault.retryAfter() != null) {
            long seconds = Math.max(1, fault.retryAfter().plusNanos(999_999_999).toSeconds());
            builder.header(HttpHeaders.RETRY_AFTER, seconds);
        }
        if (fault.status() == 401) {
            builder.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        if (fault.isFinal()) {
            builder.header("x-should-retry", "false");
        }
        if (allow != null) {
            builder.header(HttpHeaders.ALLOW, allow);
        }
        return builder.build();
    }

    private static @Nullable String allowed(Throwable thrown) {
        return thrown instanceof WebApplicationException web
                ? web.getResponse().getHeaderString(HttpHeaders.ALLOW)
                : null;
    }
}
