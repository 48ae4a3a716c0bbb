package dev.turnkeep.platform.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracingTest {
    private static final String ONE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String NOT_SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4737-00f067aa0ba902b7-00";

    private final List<SpanData> ended = new ArrayList<>();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(new Ended(ended)))
                    .build())
            .build();
    private final Tracing tracing = Tracing.by(sdk);

    private record Ended(List<SpanData> all) implements SpanExporter {
        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            all.addAll(spans);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }

    @AfterEach
    void close() {
        sdk.close();
    }

    @Test
    void aBatchOfOneTraceIsAPartOfIt() {
        // When
        tracing.processing("turns", 3, Arrays.asList(ONE, null, ONE)).close();

        // Then
        SpanData span = only();
        assertThat(span.getName()).isEqualTo("process turns");
        assertThat(span.getTraceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(span.getParentSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(span.getAttributes().get(AttributeKey.longKey("messaging.batch.message_count")))
                .isEqualTo(3);
    }

    @Test
    void aBatchOfSeveralTracesHasASpanInEachAndOneThatLinksToAll() {
        // When
        tracing.processing("turns", 2, List.of(ONE, OTHER)).close();

        // Then
        assertThat(ended).hasSize(3);
        SpanData whole = ended.getLast();
        assertThat(whole.getParentSpanContext().isValid()).isFalse();
        assertThat(whole.getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly("b7ad6b7169203331", "00f067aa0ba902b7");
        assertThat(ended.subList(0, 2))
                .extracting(SpanData::getParentSpanId)
                .containsExactly("b7ad6b7169203331", "00f067aa0ba902b7");
        assertThat(ended.subList(0, 2)).allSatisfy(part -> assertThat(part.getLinks())
                .extracting(link -> link.getSpanContext().getSpanId())
                .containsExactly(whole.getSpanId()));
    }

    @Test
    void whatIsNotSampledHasNoSpansAndIsHandedOnAsItIs() {
        // When
        tracing.processing("turns", 2, Arrays.asList(NOT_SAMPLED, "junk", null)).close();
        try (Work sending = tracing.sending("events", NOT_SAMPLED)) {
            // Then
            assertThat(sending.traceparent()).isEqualTo(NOT_SAMPLED);
        }
        assertThat(ended).isEmpty();
    }

    @Test
    void whatIsSentGoesOnFromTheSpanOfItsSending() {
        // When
        String handedOn;
        try (Work sending = tracing.sending("events", ONE)) {
            handedOn = Objects.requireNonNull(sending.traceparent());
        }

        // Then
        SpanData span = only();
        assertThat(span.getParentSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(handedOn).isEqualTo("00-0af7651916cd43dd8448eb211c80319c-" + span.getSpanId() + "-01");
    }

    @Test
    void aRequestsOwnSpanIsHandedOnBeforeWhatItsCallerSent() {
        // Given
        var request = sdk.getTracer("test").spanBuilder("request").startSpan();

        // When
        String handedOn;
        try (Scope _ = request.makeCurrent()) {
            handedOn = Tracing.handedOn(ONE);
        }

        // Then
        assertThat(handedOn).isEqualTo(Traceparent.of(request.getSpanContext()));
        assertThat(Tracing.handedOn(ONE)).isEqualTo(ONE);
        assertThat(Tracing.handedOn("junk")).isNull();
    }

    @Test
    void aFailureIsNamedByItsClassAndNeverQuoted() {
        // When
        try (Work sending = tracing.sending("turns", ONE)) {
            sending.failed(new IllegalStateException("somebody's words"));
        }

        // Then
        SpanData span = only();
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span.toString()).contains("IllegalStateException").doesNotContain("words");
    }

    @Test
    void whileItIsOffNothingIsMadeAndWhatCameIsHandedOn() {
        // When
        Tracing off = Tracing.off();

        // Then
        assertThat(off.sending("events", ONE).traceparent()).isEqualTo(ONE);
        assertThat(off.sending("turns", 1).traceparent()).isNull();
        assertThat(off.processing("turns", 1, List.of(ONE)).traceparent()).isNull();
    }

    private SpanData only() {
        assertThat(ended).hasSize(1);
        return ended.getFirst();
    }
}
