package dev.turnkeep.contracts.merkle;

import dev.turnkeep.contracts.json.RawJson;
import org.jspecify.annotations.Nullable;

/**
 * One content block in the provider-neutral shape that is hashed. Filled from a provider's block, then given to
 * {@link ContentWriter}. Absent and empty members are not hashed, except {@code is_error}.
 */
public final class Block {
    final String type;

    @Nullable
    String text;

    @Nullable
    String thinking;

    @Nullable
    String toolUseId;

    @Nullable
    String toolName;

    @Nullable
    RawJson toolInput;

    @Nullable
    String toolResultId;

    @Nullable
    String toolOutput;

    boolean isError;

    @Nullable
    String imageUrl;

    @Nullable
    String imageBase64;

    @Nullable
    String mediaType;

    @Nullable
    RawJson content;

    /** @param type such as {@code text}, {@code tool_use}, {@code tool_result}, {@code thinking}, {@code image} */
    public Block(String type) {
        this.type = type;
    }

    /** Projected ({@link TextProjection}) when written; a block whose text is then empty vanishes. */
    public Block text(@Nullable String value) {
        text = value;
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
        toolOutput = value;
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
}
