package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.merkle.Chain;
import dev.turnkeep.contracts.merkle.Message;
import dev.turnkeep.contracts.merkle.Node;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.StopKind;
import dev.turnkeep.contracts.turn.TurnNode;
import dev.turnkeep.ingest.provider.GenAiFormat;
import dev.turnkeep.ingest.provider.ParsedRequest;
import dev.turnkeep.ingest.provider.ParsedResponse;
import dev.turnkeep.ingest.provider.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what was said from an envelope: the request's messages, then the response, hashed into one chain. */
final class Conversations {
    /** The label of a provider that is not supported. */
    static final String UNKNOWN = "unknown";

    /** Roles whose messages are set up by programs: many people share them word for word. */
    private static final Set<String> SYSTEM_ROLES = Set.of("system", "developer");
    /** The projection of a message that says nothing: an empty array. */
    private static final int NOTHING = 2;

    /** The longest name of a provider, in characters. */
    private static final int PROVIDER = 256;

    private static final int FIRST_ERROR_STATUS = 400;

    private Conversations() {}

    /** @throws Invalid (422) for what the provider's format does not allow */
    static Conversation read(Envelope envelope) {
        Provider provider = isNeutral(envelope) ? null : Provider.named(envelope.provider());
        if (envelope.request() == null) {
            throw new Invalid(Problem.UNPROCESSABLE_REQUEST, "request", "request: is required");
        }
        ParsedRequest request =
                provider == null ? GenAiFormat.request(envelope.request()) : provider.request(envelope.request());
        ParsedResponse response = provider == null ? neutral(envelope) : response(provider, envelope);
        List<Message> messages = new ArrayList<>(request.messages());
        messages.add(response.message());
        Chain chain = Chain.of(messages);
        boolean silent = provider == null && saysNothing(chain);
        return new Conversation(
                provider == null ? providerName(envelope) : provider.id(),
                ModelName.of(response.model(), request.model(), envelope.metaFields()),
                isError(response, envelope.metaFields()) ? "error" : "ok",
                response.stopReason(),
                response.stopKind(),
                response.error(),
                response.usage(),
                response.costNanoUsd(),
                response.durationNanos(),
                CallersTimes.plausible(response.createdAt()),
                response.toolCalls(),
                request.toolErrors(),
                chain.nodes().stream().map(Conversations::node).toList(),
                silent ? null : firstWords(chain),
                request.system(),
                request.tools(),
                request.params());
    }

    private static boolean isNeutral(Envelope envelope) {
        if (envelope.format() == null) {
            return false;
        }
        if (!envelope.format().equals(GenAiFormat.NAME)) {
            throw Invalid.field("format", "must be " + GenAiFormat.NAME + ", or left out");
        }
        return true;
    }

    /** The conventions describe calls of any provider: its name is only a name there. */
    private static String providerName(Envelope envelope) {
        String name = Labels.of("provider", envelope.provider(), PROVIDER);
        return name == null ? UNKNOWN : name;
    }

    private static ParsedResponse neutral(Envelope envelope) {
        if (envelope.response() == null) {
            throw new Invalid(Problem.UNPROCESSABLE_RESPONSE, "response", "response: is required");
        }
        return GenAiFormat.response(envelope.response());
    }

    /** The parsed response where one was sent, else the raw one. */
    private static ParsedResponse response(Provider provider, Envelope envelope) {
        RawResponse raw = envelope.rawResponse();
        RawJson parsed = envelope.response();
        if (raw != null && (parsed == null || Blank.is(parsed))) {
            return provider.rawResponse(raw.array(), raw.encoding(), raw.contentType());
        }
        if (parsed == null) {
            throw new Invalid(Problem.UNPROCESSABLE_RESPONSE, "response", "response: is required");
        }
        return provider.response(parsed);
    }

    private static boolean isError(ParsedResponse response, Fields meta) {
        StopKind stop = response.stopKind();
        Double status = meta.number("upstream_status");
        return stop == StopKind.ERROR
                || stop == StopKind.INCOMPLETE
                || (status != null && status >= FIRST_ERROR_STATUS);
    }

    private static TurnNode node(Node node) {
        return new TurnNode(
                node.hash().hex(), node.message().role(), node.message().content());
    }

    /** Its messages were not captured. */
    private static boolean saysNothing(Chain chain) {
        return chain.nodes().size() == 1 && chain.leaf().message().projection().length() <= NOTHING;
    }

    private static String firstWords(Chain chain) {
        return chain.nodes().stream()
                .filter(node -> !SYSTEM_ROLES.contains(node.message().role()))
                .filter(node -> node.message().projection().length() > NOTHING)
                .findFirst()
                .orElse(chain.leaf())
                .hash()
                .hex();
    }

    /** The provider as a label: one of those supported, or {@link #UNKNOWN}, whatever callers write. */
    static String label(@Nullable String provider) {
        for (Provider each : Provider.values()) {
            if (each.id().equals(provider)) {
                return each.id();
            }
        }
        return UNKNOWN;
    }
}
