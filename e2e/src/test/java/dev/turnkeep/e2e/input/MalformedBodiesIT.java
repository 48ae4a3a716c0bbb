package dev.turnkeep.e2e.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.ServiceLog;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies and headers of the ingest routes that must be refused before any turn is looked at. */
@WithTurnkeep
@TestInstance(Lifecycle.PER_CLASS)
class MalformedBodiesIT {
    private static final String TURN = "/v1/ingest";
    private static final String BATCH = "/v1/ingest/batch";
    private static final String JSON = "application/json";
    private static final String LINES = "application/x-ndjson";
    private static final int BOMB = 60_000_000;

    private final Tenant tenant;
    private final Http stranger;
    private final ServiceLog log;

    MalformedBodiesIT(Turnkeep turnkeep) {
        this.tenant = turnkeep.tenant("malformed bodies");
        this.stranger = turnkeep.stranger().getFirst();
        this.log = turnkeep.logFromNow();
    }

    @AfterAll
    void leavesNeitherErrorsNorContentInTheLogs() {
        assertThat(log.errors()).isEmpty();
        assertThat(log.text()).doesNotContain(BadTurn.SECRET);
    }

    @ParameterizedTest
    @MethodSource("badBodies")
    void refusesABodyAndSaysWhatAndWhere(BadRequest bad) {
        Problems.assertProblem(bad.sendTo(tenant.ingest()), bad.status(), bad.code(), bad.field());
    }

    static List<BadRequest> badBodies() {
        List<BadRequest> bad = new ArrayList<>();
        for (String path : List.of(TURN, BATCH)) {
            bad.add(typed("plain text", path, "text/plain"));
            bad.add(typed("a form", path, "application/x-www-form-urlencoded"));
            bad.add(typed("another charset", path, "application/json; charset=iso-8859-1"));
            bad.add(typed("no type at all", path, ""));
            bad.add(coded("an unknown coding", path, "br", utf8(body(path)), 415, "unsupported_media_type"));
            bad.add(coded(
                    "four codings", path, "gzip,gzip,gzip,gzip", utf8(body(path)), 415, "unsupported_media_type"));
            bad.add(coded("no gzip though it says so", path, "gzip", utf8(body(path)), 400, "malformed"));
            bad.add(coded("no zstd though it says so", path, "zstd", utf8(body(path)), 400, "malformed"));
            byte[] gzip = gzip(utf8(body(path)));
            bad.add(coded("cut-off gzip", path, "gzip", Arrays.copyOf(gzip, gzip.length / 2), 400, "malformed"));
            byte[] zstd = Zstd.compress(utf8(body(path)));
            bad.add(coded("cut-off zstd", path, "zstd", Arrays.copyOf(zstd, zstd.length / 2), 400, "malformed"));
            bad.add(bomb("a gzip bomb", path, "gzip", gzip(new byte[BOMB])));
            bad.add(bomb("a zstd bomb", path, "zstd", Zstd.compress(new byte[BOMB])));
            bad.add(bomb("a bomb in a bomb", path, "gzip, zstd", Zstd.compress(gzip(new byte[BOMB]))));
            bad.add(bomb("more than the largest body", path, "identity", new byte[48_933_547]));
        }
        bad.add(BadRequest.json("nothing", "POST", TURN, "", 400, "invalid_envelope", ""));
        bad.add(BadRequest.json("nothing", "POST", BATCH, "", 400, "invalid_envelope", ""));
        bad.add(BadRequest.json("an array", "POST", BATCH, "[]", 400, "invalid_envelope", ""));
        bad.add(BadRequest.json("no turns", "POST", BATCH, "{}", 400, "invalid_envelope", "turns"));
        bad.add(BadRequest.json(
                "turns of another type", "POST", BATCH, "{\"turns\":{}}", 400, "invalid_envelope", "turns"));
        bad.add(BadRequest.json("an empty batch", "POST", BATCH, "{\"turns\":[]}", 400, "empty_batch", ""));
        bad.add(BadRequest.json("a cut-off batch", "POST", BATCH, "{\"turns\":[{\"provider\":", 400, "malformed", ""));
        bad.add(BadRequest.json("something after the batch", "POST", BATCH, body(BATCH) + "]", 400, "malformed", ""));
        bad.add(BadRequest.json("a deep batch", "POST", BATCH, "{\"turns\":[" + "[".repeat(400), 400, "malformed", ""));
        bad.add(BadRequest.json(
                "more turns than a batch may hold",
                "POST",
                BATCH,
                "{\"turns\":[" + "0,".repeat(10_000) + "0]}",
                413,
                "too_large",
                ""));
        bad.add(lines("no line", "", "empty_batch"));
        bad.add(lines("blank lines", "\r\n \n\t\n", "empty_batch"));
        bad.add(new BadRequest(
                "lines",
                "POST",
                TURN,
                Map.of("Content-Type", LINES),
                utf8(body(TURN)),
                415,
                "unsupported_media_type",
                "Content-Type"));
        return bad;
    }

    private static BadRequest typed(String name, String path, String type) {
        Map<String, String> headers = type.isEmpty() ? Map.of() : Map.of("Content-Type", type);
        return new BadRequest(
                name, "POST", path, headers, utf8(body(path)), 415, "unsupported_media_type", "Content-Type");
    }

    private static BadRequest coded(String name, String path, String coding, byte[] body, int status, String code) {
        Map<String, String> headers = Map.of("Content-Type", JSON, "Content-Encoding", coding);
        return new BadRequest(name, "POST", path, headers, body, status, code, "Content-Encoding");
    }

    private static BadRequest bomb(String name, String path, String coding, byte[] body) {
        Map<String, String> headers = Map.of("Content-Type", JSON, "Content-Encoding", coding);
        return new BadRequest(name, "POST", path, headers, body, 413, "too_large", "");
    }

    private static BadRequest lines(String name, String body, String code) {
        return new BadRequest(name, "POST", BATCH, Map.of("Content-Type", LINES), utf8(body), 400, code, "");
    }

    @ParameterizedTest
    @ValueSource(strings = {TURN, BATCH})
    void refusesCallersItDoesNotKnow(String path) {
        for (String credential : List.of(
                "",
                "Bearer",
                "Bearer  ",
                "Bearer " + BadTurn.SECRET,
                "Basic dTpw",
                "Bearer a b",
                "Bearer ' OR 1=1 --")) {
            // When
            Map<String, String> headers = credential.isEmpty()
                    ? Map.of("Content-Type", JSON)
                    : Map.of("Content-Type", JSON, "Authorization", credential);
            var answer = stranger.send("POST", path, utf8(body(path)), headers);

            // Then
            Problems.assertProblem(answer, 401, "unauthenticated", "");
            assertThat(answer.header("WWW-Authenticate")).hasValue("Bearer");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {TURN, BATCH})
    void answersOtherMethodsAndPathsWithProblems(String path) {
        Problems.assertProblem(tenant.ingest().get(path), 405, "method_not_allowed", "");
        Problems.assertProblem(tenant.ingest().post(path + "/nothing", JSON, body(path)), 404, "not_found", "");
        Problems.assertProblem(tenant.ingest().post(path + "%00", JSON, body(path)), 404, "not_found", "");
        Problems.assertProblem(tenant.ingest().post(path + "/..%2f..%2fadmin", JSON, body(path)), 404, "not_found", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "x-gzip", "gzip, zstd"})
    void takesBodiesInTheCodingsItKnows(String coding) {
        // Given
        byte[] body = utf8(Turn.in("coded " + coding).json().toString());
        for (String layer : coding.split(", ", -1)) {
            body = layer.equals("zstd") ? Zstd.compress(body) : gzip(body);
        }

        // When
        var answer = tenant.ingest().send("POST", TURN, body, Map.of("Content-Type", JSON, "Content-Encoding", coding));

        // Then
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(202);
    }

    private static String body(String path) {
        String turn = Turn.in(BadTurn.SECRET).json().toString();
        return path.equals(TURN) ? turn : "{\"turns\":[" + turn + "]}";
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
