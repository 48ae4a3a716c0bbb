package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An object of the chat completions API that comes in deltas: texts are continued, objects merged, elements of arrays
 * merged by their {@code index} where they have one and added otherwise. Whatever is null or empty says nothing, so that
 * an object in one piece and the same in many give the same.
 */
final class MergedObject {
    private static final String PATH = ProviderFormat.RAW_RESPONSE;
    /** Texts that are given whole, by some servers with every delta. */
    private static final Set<String> WHOLE = Set.of("id", "type", "role", "name");

    private static final String INDEX = "index";

    private final Map<String, StringBuilder> texts = new LinkedHashMap<>();
    private final Map<String, MergedObject> objects = new LinkedHashMap<>();
    private final Map<String, Elements> arrays = new LinkedHashMap<>();
    private final Map<String, RawJson> others = new LinkedHashMap<>();

    private static final class Elements {
        private final TreeMap<Long, MergedObject> indexed = new TreeMap<>();
        private final List<RawJson> added = new ArrayList<>();
    }

    /** Takes the object at the current token for the next delta. */
    void merge(Document document) throws IOException {
        document.object(PATH, name -> member(document, name));
    }

    private void member(Document document, String name) throws IOException {
        if (name.equals(INDEX)) {
            document.skip();
        } else if (document.isText()) {
            String piece = String.valueOf(document.text(PATH));
            StringBuilder text = texts.computeIfAbsent(name, _ -> new StringBuilder());
            if (WHOLE.contains(name) && !piece.isEmpty()) {
                text.setLength(0);
            }
            text.append(piece);
        } else if (document.isObject()) {
            objects.computeIfAbsent(name, _ -> new MergedObject()).merge(document);
        } else if (document.isArray()) {
            Elements elements = arrays.computeIfAbsent(name, _ -> new Elements());
            document.array(PATH, _ -> element(document, elements));
        } else if (!document.isNull()) {
            others.put(name, document.raw());
        }
    }

    private static void element(Document document, Elements elements) throws IOException {
        RawJson given = document.raw();
        Long index = document.again(given, PATH, again -> again.isObject() ? indexOf(again) : null);
        if (index == null) {
            elements.added.add(given);
        } else {
            MergedObject element = elements.indexed.computeIfAbsent(index, _ -> new MergedObject());
            document.again(given, PATH, again -> {
                element.merge(again);
                return element;
            });
        }
    }

    private static @Nullable Long indexOf(Document element) throws IOException {
        @Nullable Long[] found = new @Nullable Long[1];
        element.object(PATH, name -> {
            if (name.equals(INDEX)) {
                found[0] = element.looseCount();
            } else {
                element.skip();
            }
        });
        return found[0];
    }

    /** As the next request sends it back, without what is empty. */
    RawJson toJson() {
        JsonObject json = new JsonObject();
        texts.forEach((name, text) -> {
            if (!text.isEmpty()) {
                json.put(name, text.toString());
            }
        });
        others.forEach(json::put);
        objects.forEach((name, object) -> json.put(name, object.toJson()));
        arrays.forEach((name, elements) -> {
            List<RawJson> all = new ArrayList<>(elements.added);
            elements.indexed.values().forEach(element -> all.add(element.toJson()));
            if (!all.isEmpty()) {
                json.put(name, JsonObject.array(all));
            }
        });
        return json.toJson();
    }

    /** Gives a text that never came. */
    void ensure(String name, String text) {
        StringBuilder given = texts.computeIfAbsent(name, _ -> new StringBuilder());
        if (given.isEmpty()) {
            given.append(text);
        }
    }

    /** Nothing was said but what the object is. */
    boolean isEmpty() {
        return texts.entrySet().stream()
                        .allMatch(text ->
                                WHOLE.contains(text.getKey()) || text.getValue().isEmpty())
                && objects.isEmpty()
                && others.isEmpty()
                && arrays.values().stream().allMatch(each -> each.added.isEmpty() && each.indexed.isEmpty());
    }
}
