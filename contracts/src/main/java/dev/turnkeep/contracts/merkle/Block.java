package dev.turnkeep.contracts.merkle;

import dev.turnkeep.contracts.json.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * One content block in the provider-neutral shape that is hashed. Filled from a provider's block, then given to
 * {@link ContentWriter}. Absent and empty members are not hashed, except {@code is_error}.
 */
public final class Block {
    private final String type;

    private @Nullable String text;

    private @Nullable String thinking;

    private @Nullable String toolUseId;

    private @Nullable String toolName;

    private @Nullable RawJson toolInput;

    private @Nullable String toolResultId;

    private @Nullable String toolOutput;
    private boolean isError;

    private @Nullable String imageUrl;

    private @Nullable String imageBase64;

    private @Nullable String mediaType;

    private @Nullable RawJson content;

    /** @param type such as {@code text}, {@code tool_use}, {@code tool_result}, {@code thinking}, {@code image} */
    public Block(String type) {
        this.type = type;
    }

    /** Projected ({@link TextProjection}); a block whose text is then empty vanishes. */
    public Block text(@Nullable String value) {
        text = value == null ? null : TextProjection.of(value);
        return this;
    }

    /** Hashed as it is. A signature of it is not hashed: clients drop it. */
    public Block thinking(@Nullable String value) {
        thinking = value;
        return this;
    }

    public Block toolUseId(@Nullable String value) {
        toolUseId = value;
        return this;
    }

    public Block toolName(@Nullable String value) {
        toolName = value;
        return this;
    }

    /** @param canonical in the canonical form without zeros */
    public Block toolInput(@Nullable RawJson canonical) {
        toolInput = canonical;
        return this;
    }

    public Block toolResultId(@Nullable String value) {
        toolResultId = value;
        return this;
    }

    /** Projected as {@link #text} is, but a result that becomes empty still stands. */
    public Block toolOutput(@Nullable String value) {
        toolOutput = value == null ? null : TextProjection.of(value);
        return this;
    }

    public Block isError(boolean value) {
        isError = value;
        return this;
    }

    public Block imageUrl(@Nullable String value) {
        imageUrl = value;
        return this;
    }

    public Block imageBase64(@Nullable String value) {
        imageBase64 = value;
        return this;
    }

    public Block mediaType(@Nullable String value) {
        mediaType = value;
        return this;
    }

    /** @param canonical what the other members cannot hold, in a canonical form */
    public Block content(@Nullable RawJson canonical) {
        content = canonical;
        return this;
    }

    /** A call to a tool, be it run by the client or by the provider. */
    public boolean isToolCall() {
        return type.equals("tool_use") || type.equals("server_tool_use") || type.endsWith("_call");
    }

    /** A call that waits for the caller to run the tool. */
    public boolean asksCaller() {
        return type.equals("tool_use");
    }

    public boolean isFailedToolResult() {
        return isError && type.equals("tool_result");
    }

    /** Of a tool call; null when it has none. */
    public @Nullable String toolUseId() {
        return toolUseId;
    }

    /** A text that is empty once projected is not there. */
    boolean vanishes() {
        return text != null && text.isEmpty();
    }

    /** All members, in canonical order. */
    void writeTo(ContentWriter out) {
        out.json("content", content);
        out.text("image_base64", imageBase64);
        out.text("image_url", imageUrl);
        out.flag("is_error", isError);
        out.text("media_type", mediaType);
        out.text("text", text);
        out.text("thinking", thinking);
        out.json("tool_input", toolInput);
        out.text("tool_name", toolName);
        out.text("tool_output", toolOutput);
        out.text("tool_result_id", toolResultId);
        out.text("tool_use_id", toolUseId);
        out.text("type", type);
    }
}
