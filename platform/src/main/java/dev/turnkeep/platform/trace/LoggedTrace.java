package dev.turnkeep.platform.trace;

import io.opentelemetry.api.trace.Span;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.smallrye.common.vertx.ContextLocals;
import io.smallrye.common.vertx.VertxContext;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.slf4j.MDC.MDCCloseable;

/**
 * The trace that log lines belong to, as {@code traceId} among what they are logged with. Of a request it is the caller's, else
 * one made up; where tracing is on, the framework has set it with the span's.
 */
@Singleton
public class LoggedTrace {
    /** As the framework calls it. */
    public static final String TRACE = "traceId";

    private static final String SENT = "turnkeep.traceparent";
    private static final int BEFORE_ALL_ROUTES = 1000;

    void register(@Observes Filters filters) {
        filters.register(LoggedTrace::note, BEFORE_ALL_ROUTES);
    }

    private static void note(RoutingContext call) {
        String sent = call.request().getHeader(Traceparent.HEADER);
        if (!Span.current().getSpanContext().isValid()) {
            MDC.put(TRACE, TraceIds.of(sent));
        }
        if (sent != null && VertxContext.isOnDuplicatedContext()) {
            Traceparent.wellFormed(sent).ifPresent(valid -> ContextLocals.put(SENT, valid));
        }
        call.next();
    }

    /** What goes on from the request under way has to say; empty outside of one, and when nobody said anything. */
    public static Optional<String> handedOn() {
        String sent = VertxContext.isOnDuplicatedContext()
                ? ContextLocals.<String>get(SENT).orElse(null)
                : null;
        return Optional.ofNullable(Tracing.handedOn(sent));
    }

    /**
     * For lines about a record, until it is closed.
     *
     * @param traceparent the record's; null, and for a malformed one, when lines belong to no trace
     */
    public static @Nullable MDCCloseable of(@Nullable String traceparent) {
        return Traceparent.trace(traceparent)
                .map(trace -> MDC.putCloseable(TRACE, trace))
                .orElse(null);
    }
}
