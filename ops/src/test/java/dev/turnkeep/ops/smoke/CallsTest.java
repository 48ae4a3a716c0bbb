package dev.turnkeep.ops.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CallsTest {
    private static final URI SERVICE = URI.create("http://127.0.0.1:1");

    private final Calls calls = new Calls();

    @Test
    void aRouteThatWasCalledIsNotMissing() {
        calls.note(SERVICE, "GET", "/v1/sessions/a/turns?limit=1");

        assertThat(calls.missing(SERVICE, Set.of("GET /v1/sessions/{session}/turns")))
                .isEmpty();
    }

    @Test
    void anotherMethodAnotherPathAndAnotherServiceAreNotIt() {
        calls.note(SERVICE, "GET", "/v1/sessions/a/turns");

        assertThat(calls.missing(
                        SERVICE,
                        Set.of(
                                "POST /v1/sessions/{session}/turns",
                                "GET /v1/sessions/{session}",
                                "GET /v1/turns/{turn}")))
                .hasSize(3);
        assertThat(calls.missing(URI.create("http://127.0.0.1:2"), Set.of("GET /v1/sessions/{session}/turns")))
                .hasSize(1);
    }
}
