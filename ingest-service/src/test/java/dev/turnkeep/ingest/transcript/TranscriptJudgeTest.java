package dev.turnkeep.ingest.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.turn.TranscriptRecord;
import dev.turnkeep.ingest.Turns;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranscriptJudgeTest {
    private static final Scope SCOPE =
            new Scope(OrgId.parse("0197b7d4-2222-7000-8000-000000000002"), new EnvironmentName("production"));
    private static final String BODY = """
            {"session":{"harness_id":"claude","harness_session_id":"s-1"},"agent_id":"a-7","tool_use_id":"toolu_1",
            "records":[{"type":"user","n":1e400},[],"x"]}""";

    @Test
    void namesATranscriptByItsSessionAgentAndRecords() {
        // When
        TranscriptRecord transcript = judge(BODY);

        // Then
        assertThat(transcript.requestId()).matches("transcript:s-1:a-7:[0-9a-f]{16}");
        assertThat(transcript.records()).hasToString("[{\"type\":\"user\",\"n\":1e400},[],\"x\"]");
        assertThat(transcript.count()).isEqualTo(3);
        assertThat(transcript.kind()).isNull();
        assertThat(judge(BODY.replace("a-7", "")).requestId()).startsWith("transcript:s-1:main:");
        assertThat(judge(BODY).id()).isEqualTo(transcript.id());
        assertThat(judge(BODY.replace("\"x\"", "\"y\"")).id()).isNotEqualTo(transcript.id());
    }

    @Test
    void letsTheGatewaysSubjectWin() {
        // Given
        String body = BODY.replace("\"harness_id\"", "\"auth_subject\":\"body\",\"harness_id\"");

        // When
        TranscriptRecord transcript =
                TranscriptJudge.judge(TranscriptJudge.withSubject(Turns.raw(body), "gateway"), SCOPE, null);

        // Then
        assertThat(transcript.session().subject()).hasToString("AuthSubject[value=gateway]");
        assertThat(TranscriptJudge.withSubject(Turns.raw("{}"), "gateway")).hasToString("{}");
        assertThat(TranscriptJudge.withSubject(Turns.raw(body), "")).hasToString(body);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | invalid_envelope",
                "{} | invalid_envelope",
                "{\"session\":{}} | invalid_envelope",
                "{\"session\":{\"harness_session_id\":\"s\"}} | invalid_envelope",
                "{\"session\":{\"harness_session_id\":\"s\"},\"records\":{}} | invalid_envelope",
                "{\"session\":{\"harness_session_id\":\"s\"},\"records\":[} | malformed",
                "{\"session\":{\"harness_session_id\":\"s\"},\"records\":[]} x | malformed",
                "{\"session\":{\"harness_session_id\":\"   \"},\"records\":[]} | invalid_field",
                "{\"session\":{\"harness_session_id\":\"s\"},\"records\":[],\"agent_id\":\"\\u0000\"} | invalid_field",
                "{\"session\":{\"harness_session_id\":\"s\"},\"records\":[],\"agent_id\":7} | invalid_envelope",
                "{\"session\":{\"harness_session_id\":\"s\",\"org_id\":\"0197b7d4-2222-7000-8000-0000000000ff\"},\"records\":[]} | foreign_org",
            })
    void refusesWhatIsNone(String body, String code) {
        assertThatExceptionOfType(Invalid.class)
                .isThrownBy(() -> judge(body))
                .satisfies(invalid -> assertThat(invalid.problem().code()).isEqualTo(code));
    }

    private static TranscriptRecord judge(String body) {
        return TranscriptJudge.judge(Turns.raw(body), SCOPE, null);
    }
}
