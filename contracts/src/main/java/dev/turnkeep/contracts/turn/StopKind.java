package dev.turnkeep.contracts.turn;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why a response ended, in one vocabulary for all providers. What the provider itself said stands beside it. */
public enum StopKind {
    /** The model had said what it wanted to say. */
    COMPLETE("complete"),
    /** One of the caller's stop sequences came. */
    STOP_SEQUENCE("stop_sequence"),
    /** The model waits for the results of tools. */
    TOOL_USE("tool_use"),
    /** A limit on tokens was reached: of the request, or of the model's context. */
    LENGTH("length"),
    /** The provider's filters took it away. */
    CONTENT_FILTER("content_filter"),
    /** The model would not answer. */
    REFUSAL("refusal"),
    /** The provider interrupted a long turn: the caller is to send it back to go on. */
    PAUSE("pause"),
    /** The caller cancelled it. */
    CANCELLED("cancelled"),
    /** What was captured breaks off before the end. */
    INCOMPLETE("incomplete"),
    /** The provider failed, or the model wrote what the provider could not read. */
    ERROR("error"),
    /** The provider gave a reason that is not known here. */
    OTHER("other"),
    /** The provider gave no reason. */
    UNKNOWN("unknown");

    private final String word;

    StopKind(String word) {
        this.word = word;
    }

    /** As it stands in records. */
    public String word() {
        return word;
    }

    /** The kind of a record; {@link #OTHER} for one that a newer writer may know. */
    public static StopKind named(String word) {
        for (StopKind kind : values()) {
            if (kind.word.equals(word)) {
                return kind;
            }
        }
        return OTHER;
    }

    /** The kind of what a provider said. Case does not matter. */
    public static StopKind of(@Nullable String reason) {
        return switch (reason == null ? "" : reason.toLowerCase(Locale.ROOT)) {
            case "" -> UNKNOWN;
            case "end_turn", "end-turn", "stop", "completed", "complete", "eos" -> COMPLETE;
            case "stop_sequence" -> STOP_SEQUENCE;
            case "tool_use", "tool_use_response", "tool_call", "tool_calls", "function_call" -> TOOL_USE;
            case "max_tokens", "max_output_tokens", "length", "model_context_window_exceeded" -> LENGTH;
            case "content_filter",
                    "content_filtered",
                    "guardrail_intervened",
                    "safety",
                    "recitation",
                    "language",
                    "blocklist",
                    "prohibited_content",
                    "spii",
                    "image_safety",
                    "image_prohibited_content",
                    "image_recitation" -> CONTENT_FILTER;
            case "refusal" -> REFUSAL;
            case "pause_turn" -> PAUSE;
            case "cancelled", "canceled" -> CANCELLED;
            case "incomplete" -> INCOMPLETE;
            case "error",
                    "failed",
                    "malformed_function_call",
                    "malformed_model_output",
                    "malformed_tool_use",
                    "malformed_response",
                    "unexpected_tool_call",
                    "too_many_tool_calls" -> ERROR;
            default -> OTHER;
        };
    }
}
