package dev.turnkeep.ingest.turn;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which model answered: as the response says, else the request, else {@code meta.model}, else the path of the request. */
final class ModelName {
    /** Bedrock's {@code /model/{id}/converse}, and Gemini's {@code /models/{name}:generateContent}. */
    private static final Pattern IN_PATH = Pattern.compile("/model/([^/]+)/|/models/([^/:]+):");

    private ModelName() {}

    static @Nullable String of(@Nullable String response, @Nullable String request, Fields meta) {
        if (response != null && !response.isEmpty()) {
            return response;
        }
        if (request != null && !request.isEmpty()) {
            return request;
        }
        String told = meta.loose("model");
        return told == null ? inPath(meta.loose("path")) : told;
    }

    private static @Nullable String inPath(@Nullable String path) {
        Matcher matcher = IN_PATH.matcher(path == null ? "" : path);
        if (!matcher.find()) {
            return null;
        }
        String ofBedrock = matcher.group(1);
        String model = ofBedrock == null ? matcher.group(2) : ofBedrock;
        if (model == null) {
            return null;
        }
        try {
            return URLDecoder.decode(model.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return model;
        }
    }
}
