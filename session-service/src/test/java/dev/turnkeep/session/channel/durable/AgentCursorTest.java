package dev.turnkeep.session.channel.durable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.session.channel.log.RecordHeader;
import dev.turnkeep.session.channel.log.StreamAddress;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AgentCursorTest {
    private static final RecordHeader COMPLETE = header("trigger-control", "turn-complete");

    @Test
    void onlyTheEndOfATurnSaysWhatWasTaken() {
        RecordHeader taken = header("session-in-event-id", "17");
        assertThat(AgentCursor.of(List.of(COMPLETE, header("other", "1"), taken)))
                .contains(17L);
        assertThat(AgentCursor.of(List.of(header("trigger-control", "upgrade-required"), taken)))
                .isEmpty();
        assertThat(AgentCursor.of(List.of(COMPLETE))).isEmpty();
        for (String value : List.of("", "-1", "x", "1234567890123456789")) {
            assertThat(AgentCursor.of(List.of(COMPLETE, header("session-in-event-id", value))))
                    .as(value)
                    .isEmpty();
        }
    }

    @Test
    void anAgentAnswersOnTheOtherHalfOfAPair() {
        assertThat(answers("in")).isEqualTo("out");
        assertThat(answers("channels/log/in")).isEqualTo("channels/log/out");
        assertThat(answers("out")).isEmpty();
        assertThat(answers("channels/plugin")).isEmpty();
        assertThat(AgentCursor.answers(StreamAddress.open("in"))).isEmpty();
    }

    private static String answers(String name) {
        StreamAddress in = StreamAddress.channel(StreamAddress.OPEN, new SessionId(new UUID(1, 2)), name);
        return AgentCursor.answers(in).map(StreamAddress::name).orElse("");
    }

    private static RecordHeader header(String name, String value) {
        return new RecordHeader(Buffer.buffer(name), Buffer.buffer(value));
    }
}
