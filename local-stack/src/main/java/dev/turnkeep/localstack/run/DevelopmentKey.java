package dev.turnkeep.localstack.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.turnkeep.localstack.EngineException;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/**
 * The API key that a developer works with.
 *
 * @param fresh whether it was made just now
 */
record DevelopmentKey(String value, boolean fresh) {

    private static final String NAME = "development";
    // A point look-up that finds nothing: it tells whether the key is known, and costs nothing.
    private static final String PROBE = "/v1/sessions?harness_id=development&harness_session_id=none";

    /** The one that is remembered, when the database still knows it; else a new one. */
    static DevelopmentKey obtain(URI sessions, Secrets secrets) throws IOException {
        Optional<String> known = secrets.apiKey();
        if (known.isPresent()) {
            int status = new Api(sessions, known.get()).get(PROBE).status();
            if (status == 200) return new DevelopmentKey(known.get(), false);
            // Anything else than an unknown key is no reason to make another one.
            if (status != 401) throw new EngineException("the development key cannot be checked: status " + status);
            secrets.forgetDevelopmentKey();
        }
        Api admin = new Api(sessions, secrets.adminKey());
        String org = secrets.org().orElse(null);
        if (org == null) {
            org = text(
                    admin.post(
                            "/v1/admin/orgs",
                            JsonNodeFactory.instance.objectNode().put("name", NAME),
                            201),
                    "org_id");
            secrets.keepOrg(org);
        }
        JsonNode wanted =
                JsonNodeFactory.instance.objectNode().put("org_id", org).put("environment", NAME);
        String key = text(admin.post("/v1/admin/keys", wanted, 201), "key");
        secrets.keepApiKey(key);
        return new DevelopmentKey(key, true);
    }

    private static String text(JsonNode answer, String field) {
        String text = answer.path(field).asText();
        if (text.isEmpty()) throw new EngineException("the answer has no " + field + ": " + answer.fieldNames());
        return text;
    }

    /** Never the key. */
    @Override
    public String toString() {
        return "DevelopmentKey[fresh=" + fresh + "]";
    }
}
