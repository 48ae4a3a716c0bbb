package dev.turnkeep.ingest.batch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.ingest.body.BodyFormat;
import dev.turnkeep.ingest.turn.Fields;
import dev.turnkeep.ingest.turn.TurnJudge;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Takes a batch apart into the turns it holds, without looking into them. */
final class BatchBody {
    private static final String TURNS = "turns";
    /** Members beside the turns, which are passed over. */
    private static final int OTHERS = 1_000;

    private final RawJson body;
    private final int most;

    private BatchBody(RawJson body, int most) {
        this.body = body;
        this.most = most;
    }

    /**
     * The turns in their order.
     *
     * @param most how many there may be
     * @throws Invalid 400 for a body of another form and for one without a turn, 413 for too many
     */
    static List<RawJson> turns(RawJson body, BodyFormat format, int most) {
        BatchBody batch = new BatchBody(body, most);
        List<RawJson> turns =
                switch (format) {
                    case JSON -> batch.ofMember();
                    case NDJSON -> batch.ofLines();
                };
        if (turns.isEmpty()) {
            throw new Invalid(Problem.EMPTY_BATCH, null, "empty batch");
        }
        return turns;
    }

    /** Of a repeated member the last one counts, as everywhere. */
    private List<RawJson> ofMember() {
        TurnJudge.checkUtf8(body);
        try (JsonParser parser = Json.parser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Invalid(Problem.INVALID_ENVELOPE, null, "the batch must be an object");
            }
            List<RawJson> turns = null;
            int members = 0;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                if (++members > OTHERS) {
                    throw new Invalid(Problem.INVALID_ENVELOPE, null, "the batch has more than " + OTHERS + " members");
                }
                boolean isTurns = TURNS.equals(parser.currentName());
                JsonToken value = parser.nextToken();
                if (isTurns && value == JsonToken.START_ARRAY) {
                    turns = elements(parser);
                } else if (isTurns) {
                    throw new Invalid(Problem.INVALID_ENVELOPE, TURNS, "turns: must be an array");
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new Invalid(Problem.MALFORMED, null, "something follows the JSON value");
            }
            if (turns == null) {
                throw new Invalid(Problem.INVALID_ENVELOPE, TURNS, "turns: is required");
            }
            return turns;
        } catch (IOException e) {
            throw Fields.unreadable(e);
        }
    }

    private List<RawJson> elements(JsonParser parser) throws IOException {
        List<RawJson> turns = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            add(turns, Json.slice(parser, body));
        }
        return turns;
    }

    /** A line end is never part of a JSON value: strings hold it as an escape. */
    private List<RawJson> ofLines() {
        List<RawJson> turns = new ArrayList<>();
        byte[] bytes = body.array();
        int end = body.offset() + body.length();
        int start = body.offset();
        for (int i = start; i <= end; i++) {
            if (i == end || bytes[i] == '\n') {
                if (!isBlank(bytes, start, i)) {
                    add(turns, RawJson.of(bytes, start, i - start));
                }
                start = i + 1;
            }
        }
        return turns;
    }

    private static boolean isBlank(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    private void add(List<RawJson> turns, RawJson turn) {
        if (turns.size() == most) {
            throw new Invalid(Problem.TOO_LARGE, null, "more than " + most + " turns");
        }
        turns.add(turn);
    }
}
