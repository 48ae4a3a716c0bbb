package dev.turnkeep.e2e.channel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.system.Answer;
import dev.turnkeep.e2e.system.Http;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.localstack.run.ServiceProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A session's channel as one instance of the service serves it. Its records are texts.
 *
 * @param path such as {@code /v1/sessions/{id}/out}
 */
record Channel(Http service, String path) {
    static final String NEXT_OFFSET = "Stream-Next-Offset";
    static final String CLOSED = "Stream-Closed";
    static final String START = "-1";

    /** The out channel of a new session. */
    static Channel ofNewSession(Tenant tenant, String harnessSession) {
        tenant.post(Turn.in(harnessSession).request(harnessSession).json());
        String session =
                tenant.session(Turn.HARNESS, harnessSession, 1).path("id").asText();
        return new Channel(tenant.sessions(), "/v1/sessions/" + session + "/out");
    }

    Channel on(ServiceProcess instance) {
        return new Channel(new Http(instance.service().url(), service.key()), path);
    }

    String session() {
        return path.split("/", -1)[3];
    }

    /** @throws IOException when it is not known whether the text was stored */
    Answer append(String text, Map<String, String> headers) throws IOException {
        Map<String, String> all = new HashMap<>(headers);
        all.put("Content-Type", "application/json");
        byte[] body = Http.JSON.getNodeFactory().textNode(text).toString().getBytes(StandardCharsets.UTF_8);
        return service.attempt("POST", path, body, all);
    }

    /** With a last record. */
    void close(String text) {
        try {
            append(text, Map.of(CLOSED, "true")).expecting(204);
        } catch (IOException e) {
            throw new AssertionError("the channel could not be closed", e);
        }
    }

    void closeSession() {
        service.send("POST", "/v1/sessions/" + session() + "/close", new byte[0], Map.of())
                .expecting(200);
    }

    /** All that is stored, page by page from the start. */
    List<String> records() {
        List<String> records = new ArrayList<>();
        String offset = START;
        boolean more = true;
        while (more) {
            Answer page = service.get(path + "?offset=" + offset).expecting(200);
            page.body().forEach(text -> records.add(text.asText()));
            offset = offset(page);
            more = page.header("Stream-Up-To-Date").isEmpty();
        }
        return records;
    }

    /** How many records the offset of its end counts. */
    long end() {
        String end = offset(service.send("HEAD", path, new byte[0], Map.of()).expecting(200));
        return Long.parseLong(end.substring(end.indexOf('_') + 1));
    }

    static String offset(Answer answer) {
        return answer.header(NEXT_OFFSET).orElseThrow(() -> new AssertionError("an answer without an offset"));
    }

    static List<String> texts(JsonNode items) {
        List<String> texts = new ArrayList<>();
        items.forEach(item -> texts.add(Objects.requireNonNull(item.textValue())));
        return texts;
    }
}
