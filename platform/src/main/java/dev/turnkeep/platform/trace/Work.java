package dev.turnkeep.platform.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Work under way, in the traces of those whom it is done for. Closing it, by any thread, ends its spans. */
public final class Work implements AutoCloseable {
    private final List<Span> spans;
    private final @Nullable String traceparent;

    private Work(List<Span> spans, @Nullable String traceparent) {
        this.spans = spans;
        this.traceparent = traceparent;
    }

    static Work untraced(@Nullable String traceparent) {
        return new Work(List.of(), traceparent);
    }

    static Work of(Span span) {
        return new Work(List.of(span), Traceparent.of(span.getSpanContext()));
    }

    /** One span in each trace that has a part in it. */
    static Work of(List<Span> spans) {
        return new Work(List.copyOf(spans), null);
    }

    /** What the next one goes on from; null when this belongs to no trace, or to several. */
    public @Nullable String traceparent() {
        return traceparent;
    }

    /** Marks it by the class of what was thrown. Never its message: that may repeat what somebody said. */
    public void failed(Throwable thrown) {
        String name = thrown.getClass().getName();
        spans.forEach(span -> span.setStatus(StatusCode.ERROR).setAttribute("error.type", name));
    }

    @Override
    public void close() {
        spans.forEach(Span::end);
    }
}
