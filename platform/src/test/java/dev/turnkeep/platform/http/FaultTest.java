package dev.turnkeep.platform.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import jakarta.ws.rs.WebApplicationException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultTest {
    @Test
    void tellsWhatBrokeWhichRule() {
        // When
        Fault fault = Fault.of(Invalid.field("cwd", "at most 4096 characters").within("session"));

        // Then
        assertThat(fault)
                .isEqualTo(new Fault(
                        Problem.INVALID_FIELD,
                        422,
                        "session.cwd: at most 4096 characters",
                        "session.cwd",
                        null,
                        false));
    }

    @Test
    void tellsNothingOfAnUnexpectedFailure() {
        // When
        Fault fault = Fault.of(new IllegalStateException("password=hunter2"));

        // Then
        assertThat(fault).isEqualTo(new Fault(Problem.INTERNAL, 500, Problem.INTERNAL.title(), null, null, true));
    }

    @ParameterizedTest
    @CsvSource({
        "404, NOT_FOUND, 404",
        "405, METHOD_NOT_ALLOWED, 405",
        "406, NOT_ACCEPTABLE, 406",
        "415, UNSUPPORTED_MEDIA_TYPE, 415",
        "418, MALFORMED, 418",
        "502, INTERNAL, 500"
    })
    void givesTheFrameworksOwnRefusalsTheSameShape(int thrown, Problem problem, int answered) {
        // When
        Fault fault = Fault.of(new WebApplicationException("it quotes the request", thrown));

        // Then
        assertThat(fault.problem()).isEqualTo(problem);
        assertThat(fault.status()).isEqualTo(answered);
        assertThat(fault.detail()).doesNotContain("quotes");
    }

    @Test
    void saysWhenToComeBack() {
        assertThat(Fault.of(RetryLater.unavailable("Kafka cannot confirm")).retryAfter())
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void logsFramesAndClassesButNoMessages() {
        // Given
        Throwable thrown = new IllegalStateException("secret", new NumberFormatException("secret too"));

        // When
        Frames frames = Frames.of(thrown);

        // Then
        assertThat(frames).hasMessage("java.lang.IllegalStateException").hasStackTraceContaining("FaultTest");
        assertThat(frames.getCause()).hasMessage("java.lang.NumberFormatException");
    }
}
