package dev.turnkeep.ingest.deadletter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnkeep.contracts.json.Json;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.ingest.turn.Fields;
import dev.turnkeep.ingest.turn.TurnJudge;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which letters are to be put back. */
sealed interface RequeueBody {
    /** These, in order, each once. */
    record Named(SortedSet<LetterId> ids) implements RequeueBody {}

    /** The next ones that match. */
    record Matching(LetterFilter filter, LetterId from) implements RequeueBody {}

    String IDS = "ids";
    String FILTER = "filter";
    /** In one request. */
    int MOST = 1000;

    /** @throws Invalid 400 for another form, 422 for an id or a time that is none */
    static RequeueBody read(RawJson body) {
        TurnJudge.checkUtf8(body);
        Fields fields = Fields.read(null, body, Set.of("cursor"), Set.of(IDS, FILTER));
        RawJson ids = fields.raw(IDS);
        RawJson filter = fields.raw(FILTER);
        if (filter == null) {
            return new Named(ids(ids));
        }
        if (ids != null) {
            throw Fields.malformed(IDS, "not together with a filter");
        }
        Fields wanted =
                Fields.read(FILTER, filter, Set.of("code", "stage", "org_id", "from", "until"), Set.of("again"));
        String cursor = fields.filled("cursor");
        return new Matching(
                new LetterFilter(
                        wanted.filled("code"),
                        wanted.filled("stage"),
                        wanted.filled("org_id"),
                        time(FILTER + ".from", wanted.filled("from")),
                        time(FILTER + ".until", wanted.filled("until")),
                        again(wanted.raw("again"))),
                cursor == null ? LetterId.FIRST : LetterId.parse("cursor", cursor));
    }

    private static boolean again(@Nullable RawJson given) {
        String text = given == null ? "false" : given.toString();
        if (!text.equals("true") && !text.equals("false")) {
            throw Fields.malformed(FILTER + ".again", "must be true or false");
        }
        return text.equals("true");
    }

    /** Null when nothing is given. */
    static @Nullable Instant time(String field, @Nullable String text) {
        try {
            return text == null || text.isEmpty() ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            throw Invalid.field(field, "must be a time such as 2026-01-31T12:00:00Z");
        }
    }

    private static SortedSet<LetterId> ids(@Nullable RawJson given) {
        if (given == null || given.array()[given.offset()] != '[') {
            throw Fields.malformed(IDS, "must be an array");
        }
        SortedSet<LetterId> ids = new TreeSet<>();
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
