package dev.turnkeep.contracts.derive;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.lifecycle.Outcome;
import dev.turnkeep.contracts.lifecycle.TurnFindings;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.TurnNode;
import dev.turnkeep.contracts.turn.TurnRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads out of a turn what it shows about its session. What a harness asks for itself is told from the conversation by its
 * form: a request without tools whose answer is a JSON object with a title, or one that wanted a single token.
 */
public final class Derivation {
    private static final int LONGEST_THREAD = 256;

    private Derivation() {}

    public static TurnFindings of(TurnRecord turn) {
        boolean tools = turn.tools() != null;
        String title = tools ? null : Words.title(turn.leaf().content());
        return findings(
                turn.provider(),
                turn.model(),
                turn.threadId(),
                turn.agent(),
                turn.stopKind(),
                turn.status().equals("error"),
                title,
                !tools && probe(turn.stopKind(), turn.usage().outputTokens()),
                () -> prompt(turn.nodes()));
    }

    /** The same of a turn that is stored, whose words are elsewhere. */
    public static TurnFindings findings(
            String provider,
            @Nullable String model,
            @Nullable String thread,
            @Nullable String agent,
            StopKind stop,
            boolean failed,
            @Nullable String harnessTitle,
            boolean probe,
            TurnFindings.Prompt prompt) {
        return new TurnFindings(
                provider,
                model,
                thread(thread),
                agent,
                harnessTitle != null || probe,
                Outcome.of(stop, failed),
                harnessTitle,
                prompt);
    }

    /** Cut where no index would take it; null for the main thread. */
    public static @Nullable String thread(@Nullable String thread) {
        if (thread == null || thread.isBlank()) {
            return null;
        }
        return thread.length() > LONGEST_THREAD ? thread.substring(0, LONGEST_THREAD) : thread;
    }

    /** A harness that only wants to know whether it may speak, or whether a prompt is cached, asks for one token. */
    public static boolean probe(StopKind stop, long outputTokens) {
        return stop == StopKind.LENGTH && outputTokens <= 1;
    }

    /** The title that a response is, if it is one; null else. */
    public static @Nullable String titleIn(RawJson response) {
        return Words.title(response);
    }

    /** What the first message that has words says, cut to a title; null when none does. */
    public static @Nullable String prompt(List<TurnNode> nodes) {
        for (TurnNode node : nodes) {
            String prompt = node.role().equals("user") ? promptIn(node.content()) : null;
            if (prompt != null) {
                return prompt;
            }
        }
        return null;
    }

    /** What one message of the user says, cut to a title; null when it has no words of its own. */
    public static @Nullable String promptIn(RawJson content) {
        return Words.prompt(content);
    }
}
