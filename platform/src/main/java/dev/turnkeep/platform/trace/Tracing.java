package dev.turnkeep.platform.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * The spans of what is done with Kafka, named as OpenTelemetry's conventions for messaging say. Requests have theirs from the
 * framework. While tracing is off, nothing is made, and what a caller said of its trace is handed on as it is.
 */
@Singleton
public class Tracing {
    /** A batch of hundreds of traces tells no more than one of a hundred. */
    private static final int MOST_TRACES = 100;

    private final @Nullable Tracer tracer;

    @Inject
    Tracing(OpenTelemetry spans, @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
        this(disabled ? null : spans.getTracer("dev.turnkeep"));
    }

    private Tracing(@Nullable Tracer tracer) {
        this.tracer = tracer;
    }

    /** For code that nobody traces. */
    public static Tracing off() {
        return new Tracing(null);
    }

    /** With spans of the given kind. */
    public static Tracing by(OpenTelemetry spans) {
        return new Tracing(spans.getTracer("dev.turnkeep"));
    }

    /**
     * What goes on from here has to say: the span under way, else what the caller sent if that is well-formed.
     *
     * @param sent the header of the request
     */
    public static @Nullable String handedOn(@Nullable String sent) {
        SpanContext current = Span.current().getSpanContext();
        return current.isValid()
                ? Traceparent.of(current)
                : Traceparent.wellFormed(sent).orElse(null);
    }

    /** Begins to send records, for the request under way. */
    public Work sending(String topic, int records) {
        if (tracer == null || records == 0) {
            return Work.untraced(null);
        }
        return Work.of(span(tracer, "send", topic, SpanKind.PRODUCER, records).startSpan());
    }

    /**
     * Begins to send one record that something else has caused.
     *
     * @param cause what that handed on; the work says the same when it is not traced
     */
    public Work sending(String topic, @Nullable String cause) {
        Optional<SpanContext> parent = Traceparent.parse(cause).filter(SpanContext::isSampled);
        if (tracer == null || parent.isEmpty()) {
            return Work.untraced(cause);
        }
        return Work.of(span(tracer, "send", topic, SpanKind.PRODUCER, 1)
                .setParent(of(parent.get()))
                .startSpan());
    }

    /**
     * Begins to process a batch of records. Records of one trace make it a part of that. Of several traces, each has a span
     * that links to the batch's own, which links to all of them.
     *
     * @param causes what the records hand on; those that are not sampled do not count
     */
    public Work processing(String topic, int records, Collection<@Nullable String> causes) {
        if (tracer == null) {
            return Work.untraced(null);
        }
        List<SpanContext> parents = causes.stream()
                .distinct()
                .flatMap(cause -> Traceparent.parse(cause).stream())
                .filter(SpanContext::isSampled)
                .limit(MOST_TRACES)
                .toList();
        if (parents.isEmpty()) {
            return Work.untraced(null);
        }
        SpanBuilder batch = span(tracer, "process", topic, SpanKind.CONSUMER, records);
        if (parents.size() == 1) {
            return Work.of(batch.setParent(of(parents.getFirst())).startSpan());
        }
        batch.setNoParent();
        parents.forEach(batch::addLink);
        Span whole = batch.startSpan();
        List<Span> spans = new ArrayList<>();
        for (SpanContext parent : parents) {
            spans.add(span(tracer, "process", topic, SpanKind.CONSUMER, 1)
                    .setParent(of(parent))
                    .addLink(whole.getSpanContext())
                    .startSpan());
        }
        spans.add(whole);
        return Work.of(spans);
    }

    private static Context of(SpanContext parent) {
        return Context.root().with(Span.wrap(parent));
    }

    private static SpanBuilder span(Tracer tracer, String operation, String topic, SpanKind kind, int records) {
        SpanBuilder span = tracer.spanBuilder(operation + " " + topic)
                .setSpanKind(kind)
                .setAttribute("messaging.system", "kafka")
                .setAttribute("messaging.operation.name", operation)
                .setAttribute("messaging.operation.type", operation)
                .setAttribute("messaging.destination.name", topic);
        return records == 1 ? span : span.setAttribute("messaging.batch.message_count", records);
    }
}
