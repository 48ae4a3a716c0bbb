package dev.turnkeep.ingest.deadletter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.ingest.turn.Fields;
import dev.turnkeep.ingest.turn.TurnJudge;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/** Which letters are to be put back. */
final class RequeueBody {
    private static final String IDS = "ids";
    /** In one request. */
    private static final int MOST = 1000;

    private RequeueBody() {}

    /**
     * The ids in order, each once.
     *
     * @throws Invalid 400 for another form, 422 for an id that is none
     */
    static Set<LetterId> ids(RawJson body) {
        TurnJudge.checkUtf8(body);
        RawJson given = Fields.read(null, body, Set.of(), Set.of(IDS)).raw(IDS);
        if (given == null || given.array()[given.offset()] != '[') {
            throw Fields.malformed(IDS, "must be an array");
        }
        Set<LetterId> ids = new TreeSet<>();
        try (JsonParser parser = Json.parser(given)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.VALUE_STRING) {
                    throw Fields.malformed(IDS, "must be an array of texts");
                }
                if (ids.size() == MOST) {
                    throw Fields.malformed(IDS, "at most " + MOST);
                }
                ids.add(LetterId.parse(IDS, parser.getText()));
            }
        } catch (IOException e) {
            throw Fields.unreadable(e);
        }
        if (ids.isEmpty()) {
            throw Fields.malformed(IDS, "must not be empty");
        }
        return ids;
    }
}
