package dev.turnkeep.e2e.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.RawHttp;
import dev.turnkeep.e2e.system.ServiceLog;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that break HTTP itself: both services refuse them, and go on. */
@WithTurnkeep
@TestInstance(Lifecycle.PER_CLASS)
class MalformedHttpIT {
    private final Tenant tenant;
    private final ServiceLog log;

    MalformedHttpIT(Turnkeep turnkeep) {
        this.tenant = turnkeep.tenant("malformed HTTP");
        this.log = turnkeep.logFromNow();
    }

    @AfterAll
    void leavesNeitherErrorsNorContentInTheLogs() {
        assertThat(log.errors()).isEmpty();
        assertThat(log.text()).doesNotContain(BadTurn.SECRET);
    }

    /** A request by its head's lines, and the status that is right for it. */
    private record Broken(String name, String head, int status) {
        static Broken of(String name, int status, String... lines) {
            return new Broken(name, String.join("\r\n", lines), status);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Broken> brokenRequests() {
        String host = "Host: localhost";
        String json = "Content-Type: application/json";
        String get = "GET /v1/sessions HTTP/1.1";
        String post = "POST /v1/ingest HTTP/1.1";
        return List.of(
                Broken.of("no HTTP", 400, BadTurn.SECRET),
                Broken.of("a line break in the target", 400, "GET /v1/x", "y HTTP/1.1", host),
                Broken.of("a blank in the target", 400, "GET /v1/x y HTTP/1.1", host),
                Broken.of("a header without a colon", 400, get, host, "Authorization"),
                Broken.of("NUL in a header", 400, get, host, "Authorization: Bearer a\0b"),
                Broken.of("a blank before the colon", 400, get, host, "Authorization : Bearer x"),
                Broken.of("a line feed in a header", 400, get, host, "Authorization: Bearer x\nX-Other: y"),
                Broken.of("a length in words", 400, post, host, json, "Content-Length: many"),
                Broken.of("a length below zero", 400, post, host, json, "Content-Length: -1"),
                Broken.of("two lengths", 400, post, host, json, "Content-Length: 5", "Content-Length: 6"),
                Broken.of("a header of 64 KB", 431, get, host, "X-Large: " + "x".repeat(64 * 1024)),
                Broken.of("a target of 64 KB", 414, "GET /" + "x".repeat(64 * 1024) + " HTTP/1.1", host),
                Broken.of("dots in the target", 404, "GET /../../../etc/passwd HTTP/1.1", host));
    }

    @ParameterizedTest
    @MethodSource("brokenRequests")
    void refusesWhatIsNoHttpAndServesTheNext(Broken broken) {
        for (Http service : List.of(tenant.ingest(), tenant.sessions())) {
            // When
            String answer = RawHttp.send(service.base(), broken.head() + "\r\nConnection: close\r\n\r\n");

            // Then
            assertThat(answer).as(service.base().toString()).startsWith("HTTP/1.");
            assertThat(Integer.parseInt(answer.substring(9, 12))).as(answer).isEqualTo(broken.status());
            assertThat(answer).doesNotContain(BadTurn.SECRET);
            assertThat(service.get("/openapi").status()).isEqualTo(200);
        }
    }
}
