package dev.turnkeep.ingest.otlp;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.ingest.provider.JsonObject;
import dev.turnkeep.ingest.turn.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was said in a call to a model. The conventions have told of it in three ways: attributes of the span; the same
 * attributes on the event {@code gen_ai.client.inference.operation.details}; before those, an event for each message.
 *
 * @param input an array of messages; null when it was not captured
 * @param output likewise
 * @param lostInput what is there of the input and is not JSON, as it came: most of all a text that was cut off on its way
 * @param lostOutput likewise
 */
record SpanMessages(
        @Nullable RawJson input,
        @Nullable RawJson output,
        @Nullable RawJson system,
        @Nullable String finishReason,
        @Nullable RawJson lostInput,
        @Nullable RawJson lostOutput) {
    private static final String INPUT = "gen_ai.input.messages";
    private static final String OUTPUT = "gen_ai.output.messages";
    private static final String SYSTEM = "gen_ai.system_instructions";
    private static final String DETAILS = "gen_ai.client.inference.operation.details";
    private static final String CHOICE = "gen_ai.choice";
    private static final Set<String> MESSAGES = Set.of(
            "gen_ai.system.message", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message", CHOICE);

    static SpanMessages of(ReportedSpan span) {
        Attributes said = span.attributes;
        if (!said.has(INPUT) && !said.has(OUTPUT)) {
            for (ReportedSpan.Event event : span.events) {
                said = event.name().equals(DETAILS) ? event.attributes() : said;
            }
        }
        RawJson input = said.structured(INPUT);
        RawJson output = said.structured(OUTPUT);
        RawJson lostInput = input == null ? said.raw(INPUT) : null;
        RawJson lostOutput = output == null ? said.raw(OUTPUT) : null;
        String reason = finishReason(span.attributes.structured("gen_ai.response.finish_reasons"));
        if (input == null && output == null && lostInput == null && lostOutput == null) {
            return ofEvents(span, said.structured(SYSTEM), reason);
        }
        return new SpanMessages(input, output, said.structured(SYSTEM), reason, lostInput, lostOutput);
    }

    /** The reason of the first choice. */
    private static @Nullable String finishReason(@Nullable RawJson reasons) {
        if (reasons == null || reasons.array()[reasons.offset()] != '[') {
            return null;
        }
        return Fields.firstText(reasons);
    }

    private static SpanMessages ofEvents(ReportedSpan span, @Nullable RawJson system, @Nullable String reason) {
        List<RawJson> input = new ArrayList<>();
        RawJson output = null;
        String stop = reason;
        for (ReportedSpan.Event event : span.events) {
            if (!MESSAGES.contains(event.name())) {
                continue;
            }
            Attributes body = body(event.attributes());
            if (!event.name().equals(CHOICE)) {
                String role =
                        event.name().substring("gen_ai.".length(), event.name().lastIndexOf('.'));
                input.add(message(body, role));
            } else if (output == null) {
                RawJson inner = body.structured("message");
                Attributes said = inner == null ? body : members(inner, body);
                output = JsonObject.array(List.of(message(said, "assistant")));
                stop = stop == null ? body.text("finish_reason") : stop;
            }
        }
        return new SpanMessages(input.isEmpty() ? null : JsonObject.array(input), output, system, stop, null, null);
    }

    /** Some instrumentations put the whole event into one attribute. */
    private static Attributes body(Attributes event) {
        RawJson whole = event.structured("gen_ai.event.content");
        return whole == null ? event : members(whole, event);
    }

    private static Attributes members(RawJson object, Attributes otherwise) {
        if (object.array()[object.offset()] != '{') {
            return otherwise;
        }
        Attributes members = new Attributes();
        Fields.eachMember(object, (name, value) -> {
            if (members.wants(name)) {
                members.put(name, value);
            }
        });
        return members;
    }

    /** In the shape of chat completions, which is where these events took theirs from. */
    private static RawJson message(Attributes body, String role) {
        JsonObject message = new JsonObject();
        String named = body.text("role");
        message.put("role", named == null ? role : named);
        RawJson content = body.raw("content");
        if (content != null) {
            message.put("content", content);
        }
        RawJson calls = body.structured("tool_calls");
        if (calls != null) {
            message.put("tool_calls", calls);
        }
        String id = body.text("id");
        if (id != null) {
            message.put("tool_call_id", id);
        }
        return message.toJson();
    }
}
