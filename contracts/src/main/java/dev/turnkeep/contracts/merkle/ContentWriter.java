package dev.turnkeep.contracts.merkle;

import dev.turnkeep.contracts.json.ByteBuilder;
import dev.turnkeep.contracts.json.CanonicalText;
import dev.turnkeep.contracts.json.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * Writes the projection of a message's content: the canonical array of its projected blocks. Reusable, one message after
 * the other; not thread-safe.
 */
public final class ContentWriter {
    private final ByteBuilder out = new ByteBuilder(1024);
    private boolean firstMember;

    public void add(Block block) {
        if (block.vanishes()) {
            return;
        }
        out.append(out.length() == 0 ? '[' : ',').append('{');
        firstMember = true;
        block.writeTo(this);
        out.append('}');
    }

    /** The projection of the blocks added since the last call. */
    public RawJson finish() {
        if (out.length() == 0) {
            out.append('[');
        }
        out.append(']');
        RawJson projection = out.toJson();
        out.truncate(0);
        return projection;
    }

    private ByteBuilder name(String name) {
        if (!firstMember) {
            out.append(',');
        }
        firstMember = false;
        return out.append('"').append(name).append('"').append(':');
    }

    void text(String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            CanonicalText.write(value, name(name));
        }
    }

    void flag(String name, boolean value) {
        name(name).append(value ? "true" : "false");
    }

    void json(String name, @Nullable RawJson value) {
        if (value != null && !isEmpty(value)) {
            name(name).append(value);
        }
    }

    private static boolean isEmpty(RawJson canonical) {
        return canonical.length() <= 4
                && switch (canonical.toString()) {
                    case "null", "\"\"", "[]", "{}" -> true;
                    default -> false;
                };
    }
}
