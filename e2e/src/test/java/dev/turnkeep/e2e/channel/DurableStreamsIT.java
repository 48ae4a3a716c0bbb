package dev.turnkeep.e2e.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.NodeProject;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The npm package {@code @durable-streams/client}, unmodified, over the in and the out of one session. */
@WithTurnkeep
class DurableStreamsIT {
    private static JsonNode came;

    @BeforeAll
    static void drive(Turnkeep turnkeep) throws JsonProcessingException {
        Tenant tenant = turnkeep.tenant("durable-streams");
        String session = Channel.ofNewSession(tenant, "durable-streams").session();
        String printed = NodeProject.of("durable-streams")
                .run(
                        "client.mjs",
                        Map.of(
                                "SESSION_URL",
                                tenant.sessions()
                                        .base()
                                        .resolve("/v1/sessions/" + session)
                                        .toString(),
                                "SESSION_KEY",
                                tenant.key()));
        came = Http.JSON.readTree(Arrays.asList(printed.strip().split("\n", -1)).getLast());
    }

    @Test
    void createsAChannelAsOftenAsItLikes() {
        assertCame("create", "{'exists':true,'contentType':'application/json','streamClosed':false,'items':[]}");
    }

    @Test
    void resumesFromAnOffset() {
        assertCame("resume", """
                {'before':['one','two','three'],'after':['four',{'nested':[5,'fünf']}],'nothing':[],'moved':false}
                """);
    }

    @Test
    void followsByServerSentEvents() {
        assertCame("sse", "{'items':%s,'tail':[]}".formatted(numbered("sse", 20)));
    }

    @Test
    void followsByLongPolls() {
        assertCame("longPoll", "{'items':%s,'tail':[]}".formatted(numbered("poll", 20)));
    }

    @Test
    void goesOnLiveWhereItStopped() {
        String items = numbered("before", 5) + numbered("away", 5) + numbered("back", 5);
        assertCame("resumeLive", "{'items':%s}".formatted(items.replace("][", ",")));
    }

    @Test
    void writesOnceWhatItsProducerSendsTwice() {
        assertCame(
                "producer", "{'items':%s,'statuses':[[200,204],[200,204],[200,204]]}".formatted(numbered("token", 40)));
    }

    @Test
    void keepsTheOrderOfRequestsInFlight() {
        assertCame("producerInFlight", "{'items':%s,'failures':[]}".formatted(numbered("eager", 40)));
    }

    @Test
    void recognisesADuplicateAndAGap() {
        assertCame("duplicate", "{'gap':409,'items':['once','next']}");
    }

    @Test
    void fencesTheProducerThatHasASuccessor() {
        assertCame("successor", """
                {'failures':[['StaleEpochError',1]],'epoch':2,
                 'items':['from the first','from its successor','from who claimed it']}
                """);
    }

    @Test
    void showsTwoReadersTheSame() {
        assertCame("twoReaders", "{'stored':100,'sseSeesAll':true,'pollSeesAll':true,'ordered':true}");
    }

    @Test
    void refusesAStranger() {
        assertCame("stranger", "{'read':401,'write':401}");
    }

    @Test
    void tellsEveryReaderOfTheClose() {
        String last = "{'items':['almost','last'],'closed':true}";
        assertCame("close", "{'sse':%s,'poll':%s,'late':%s,'more':409,'head':true}".formatted(last, last, last));
    }

    @Test
    void tellsEveryReaderOfTheEndOfTheSession() {
        String last = "{'items':['good-bye'],'closed':true}";
        assertCame("sessionClose", "{'answer':200,'sse':%s,'poll':%s,'more':409}".formatted(last, last));
    }

    private static void assertCame(String name, String expected) {
        try {
            assertThat(came.path(name)).isEqualTo(Http.JSON.readTree(expected.replace('\'', '"')));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static String numbered(String name, int count) {
        List<String> items = IntStream.range(0, count)
                .mapToObj(i -> "'" + name + " " + i + "'")
                .toList();
        return "[" + String.join(",", items) + "]";
    }
}
