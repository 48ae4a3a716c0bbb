package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalJson.Form;
import dev.turnkeep.contracts.json.CanonicalText;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A tool's input where the provider carries it as a text. */
final class ToolArguments {
    private ToolArguments() {}

    /** The object that the text holds, in the form that is hashed; a text that holds none stands for itself. */
    static RawJson canonical(String arguments) {
        RawJson object = object(arguments);
        return object == null ? text(arguments) : object;
    }

    /** {@code {"input": text}}: how a freeform input is hashed. */
    static RawJson freeform(String input) {
        return RawJson.of(input.isEmpty() ? "{}" : "{\"input\":" + text(input) + "}");
    }

    private static @Nullable RawJson object(String arguments) {
        try {
            return Document.<@Nullable RawJson>read(
                    RawJson.of(arguments), Problem.UNPROCESSABLE_REQUEST, "arguments", ToolArguments::whole);
        } catch (Invalid e) {
            return null;
        }
    }

    private static @Nullable RawJson whole(Document document) throws IOException {
        if (!document.isObject()) {
            return null;
        }
        RawJson canonical = document.canonical(Form.WITHOUT_ZEROS);
        return document.isAtEnd() ? canonical : null;
    }

    private static RawJson text(String arguments) {
        ByteBuilder out = new ByteBuilder(arguments.length() + 2);
        CanonicalText.write(arguments, out);
        return out.toJson();
    }
}
