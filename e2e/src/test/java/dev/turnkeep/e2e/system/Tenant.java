package dev.turnkeep.e2e.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An organisation with one environment and a key that may do everything in it.
 *
 * @param ingest the ingest service as this tenant's proxies see it
 * @param sessions the session service as its clients see it
 */
public record Tenant(UUID org, String environment, String key, Http ingest, Http sessions) {

    /** Posts one turn, which must be accepted; returns its id. */
    public String post(JsonNode turn) {
        return ingest.post("/v1/ingest", turn).expecting(202).text("/turn_id");
    }

    /** Posts turns together, all of which must be accepted; returns their ids in the same order. */
    public List<String> postBatch(Collection<? extends JsonNode> turns) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode().addAll(turns);
        JsonNode body = JsonNodeFactory.instance.objectNode().set("turns", array);
        return ids(ingest.post("/v1/ingest/batch", body).expecting(202), turns.size());
    }

    /** The ids of a batch's answer, in the order of its turns, all of which must have been accepted. */
    public static List<String> ids(Answer answer, int turns) {
        if (answer.body().path("accepted").asInt() != turns) {
            throw new AssertionError("not all " + turns + " turns were accepted: " + answer.body());
        }
        String[] ids = new String[turns];
        answer.body()
                .path("turns")
                .forEach(turn ->
                        ids[turn.path("index").asInt()] = turn.path("turn_id").asText());
        return List.of(ids);
    }

    /** The session of a key, as the list shows it. */
    public Optional<JsonNode> find(String harness, String harnessSession) {
        String query = "?harness_id=" + Http.encoded(harness) + "&harness_session_id=" + Http.encoded(harnessSession);
        JsonNode items =
                sessions.get("/v1/sessions" + query).expecting(200).body().path("items");
        if (items.size() > 1) {
            throw new AssertionError("several sessions of one key: " + items);
        }
        return Optional.ofNullable(items.get(0));
    }

    /** The session of a key once it has so many turns, in full. */
    public JsonNode session(String harness, String harnessSession, int turns) {
        JsonNode found = Await.value(harnessSession + " has " + turns + " turns", () -> find(harness, harnessSession)
                .filter(session -> session.path("turn_count").asInt() >= turns));
        return sessions.get("/v1/sessions/" + found.path("id").asText())
                .expecting(200)
                .body()
                .path("session");
    }

    /** All items of a session's list, such as {@code turns}, page by page. */
    public List<JsonNode> items(String session, String list) {
        List<JsonNode> items = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = sessions.get("/v1/sessions/" + session + "/" + list + cursor)
                    .expecting(200)
                    .body();
            page.path("items").forEach(items::add);
            cursor = page.has("next_cursor")
                    ? "?cursor=" + Http.encoded(page.path("next_cursor").asText())
                    : "";
        } while (!cursor.isEmpty());
        return items;
    }
}
