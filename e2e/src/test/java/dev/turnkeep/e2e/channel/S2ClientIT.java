package dev.turnkeep.e2e.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.NodeProject;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.net.URI;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The npm package {@code @s2-dev/streamstore}, unmodified, over the channels of a session: by HTTP/2, and by fetch. */
@WithTurnkeep
class S2ClientIT {
    private static final Map<String, JsonNode> CAME = new HashMap<>();

    @BeforeAll
    static void drive(Turnkeep turnkeep) throws JsonProcessingException {
        Tenant tenant = turnkeep.tenant("s2");
        for (String transport : new String[] {"s2s", "fetch"}) {
            String session = Channel.ofNewSession(tenant, "s2-" + transport).session();
            URI service = tenant.sessions().base();
            String printed = NodeProject.of("s2")
                    .run(
                            "client.mjs",
                            Map.of(
                                    "S2_ENDPOINT",
                                    service.resolve("/v1/s2").toString(),
                                    "S2_ACCESS_TOKEN",
                                    tenant.key(),
                                    "SESSION",
                                    session,
                                    "SESSION_URL",
                                    service.resolve("/v1/sessions/" + session).toString(),
                                    "TRANSPORT",
                                    transport));
            CAME.put(
                    transport,
                    Http.JSON.readTree(
                            Arrays.asList(printed.strip().split("\n", -1)).getLast()));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            append        | {'empty':0,'places':[[0,2,2],[2,4,4]],'tail':4,'times':true}
            read          | {'page':[[0,'one',[['name','value']]],[1,'zwei ü',[]]],'bytes':[[[0,255],[[[254],[118]]]]],'newest':['beside bytes']}
            appendSession | {'acks':true,'stored':true}
            readSession   | {'items':true,'seqs':true}
            bytesSession  | {'records':[[98,97,116,99,104,32,48,32,97]]}
            limits        | {'counted':['batch 0 a','batch 0 b','batch 1 a'],'waited':['live 29']}
            caughtUp      | {'caughtUp':true,'body':'after'}
            times         | {'stale':true,'future':true,'found':true}
            conditions    | {'late':['SeqNumMismatchError',true],'right':true,'other':['FencingTokenMismatchError','mine'],'held':true,'lost':['SeqNumMismatchError',true]}
            range         | {'beyond':['RangeNotSatisfiableError',true],'session':['RangeNotSatisfiableError',true]}
            trim          | {'first':true,'command':[['','trim']],'data':['kept']}
            resent        | {'same':true}
            stranger      | {'append':401,'submit':401,'read':401}
            close         | {'answer':200,'last':true,'read':['last'],'more':[409,'stream_closed'],'late':[409,'stream_closed']}
            """)
    void theClientSeesWhatItWouldOfItsOwnServer(String name, String expected) throws JsonProcessingException {
        JsonNode wanted = Http.JSON.readTree(expected.replace('\'', '"'));
        CAME.forEach(
                (transport, came) -> assertThat(came.path(name)).as(transport).isEqualTo(wanted));
    }
}
