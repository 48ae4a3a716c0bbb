package dev.turnkeep.localstack.clickhouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.clickhouse.http.RequestHead;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueryRequestTest {

    @Test
    void mayOnlyLookUnderGet() {
        assertThat(request("GET", Map.of("query", "SELECT 1")).readOnly()).isEqualTo(2);
        assertThat(request("GET", Map.of("readonly", "1")).readOnly()).isEqualTo(1);
        assertThat(request("GET", Map.of("readonly", "not a level")).readOnly()).isEqualTo(2);
    }

    @Test
    void cannotLeaveReadOnlyModeUnderGet() {
        assertThatThrownBy(() -> request("GET", Map.of("readonly", "0"))).hasMessageContaining("(READONLY)");
    }

    @Test
    void mayWriteUnderPostUnlessItSaysOtherwise() {
        assertThat(request("POST", Map.of()).readOnly()).isZero();
        assertThat(request("POST", Map.of("readonly", "2")).readOnly()).isEqualTo(2);
    }

    @Test
    void tellsSettingsFromParametersAndFromWhatIsForTheServer() {
        // When
        QueryRequest request = request(
                "POST", Map.of("query_id", "q", "compress", "1", "param_a", "x", "max_threads", "1", "readonly", "1"));

        // Then
        assertThat(request.settings()).containsExactly(Map.entry("max_threads", "1"));
        assertThat(request.parameters()).containsExactly(Map.entry("a", "x"));
        assertThat(request.queryId()).isEqualTo("q");
        assertThat(request.framesOut()).isTrue();
    }

    @Test
    void leavesNonsenseForTheEngineToRefuse() {
        assertThat(request("POST", Map.of("readonly", "yes")).settings()).containsEntry("readonly", "yes");
    }

    private static QueryRequest request(String method, Map<String, String> parameters) {
        return QueryRequest.of(new RequestHead(method, "/", parameters, Map.of()), "default");
    }
}
