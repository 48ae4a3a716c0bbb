package dev.turnkeep.e2e.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.e2e.system.Answer;

/** What every refusal looks like. */
final class Problems {
    private Problems() {}

    /** @param field empty where none is named */
    static void assertProblem(Answer answer, int status, String code, String field) {
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.text("/code")).as(answer.body().toString()).isEqualTo(code);
        assertThat(answer.text("/field")).as(answer.body().toString()).isEqualTo(field);
        assertThat(answer.text("/type")).isEqualTo("urn:turnkeep:problem:" + code);
        assertThat(answer.body().path("status").asInt()).isEqualTo(status);
        assertThat(answer.text("/detail")).isNotBlank().doesNotContain(BadTurn.SECRET);
        assertThat(answer.text("/error")).isEqualTo(answer.text("/detail"));
    }
}
