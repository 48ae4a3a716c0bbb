package dev.turnkeep.session.channel.realtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.session.access.Route;
import dev.turnkeep.session.channel.realtime.RealtimePath.Operation;
import io.vertx.core.http.HttpMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RealtimePathTest {
    private static final String SESSION = "/realtime/v1/sessions/";

    @Test
    void namesASessionAsItWasEncoded() {
        assertThat(RealtimePath.parse(SESSION + "team%2Fa+b%20%C3%BC/in/append"))
                .isEqualTo(new RealtimePath("team/a+b ü", "in", Operation.APPEND));
        assertThat(RealtimePath.parse(SESSION + "s/channels/log.1/out/records"))
                .isEqualTo(new RealtimePath("s", "channels/log.1/out", Operation.RECORDS));
    }

    @Test
    void whatGoesToTheClientIsWrittenWithKeys() {
        assertThat(RealtimePath.parse(SESSION + "s/out/append").route(HttpMethod.POST))
                .hasValue(Route.APPEND_OUT);
        assertThat(RealtimePath.parse(SESSION + "s/channels/out/in/append").route(HttpMethod.POST))
                .hasValue(Route.APPEND_IN);
        assertThat(RealtimePath.parse(SESSION + "s/channels/in/out").route(HttpMethod.PUT))
                .hasValue(Route.INITIALISE_OUT);
        assertThat(RealtimePath.parse(SESSION + "s/channels/in/out").route(HttpMethod.GET))
                .hasValue(Route.SUBSCRIBE);
        assertThat(RealtimePath.parse(SESSION + "s/in/records").route(HttpMethod.PUT))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s/sideways",
                "s/in/other",
                "s/channels/in",
                "s/channels/a%2Fb/in",
                "s/channels//in",
                "s/channels/%20/in",
                "s/%",
                "%zz/in"
            })
    void refusesWhatNamesNoChannel(String path) {
        assertThatExceptionOfType(Invalid.class).isThrownBy(() -> RealtimePath.parse(SESSION + path));
    }
}
