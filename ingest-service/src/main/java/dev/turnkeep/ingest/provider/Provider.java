package dev.turnkeep.ingest.provider;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The providers whose turns are understood. */
public enum Provider {
    ANTHROPIC("anthropic"),
    OPENAI("openai"),
    OLLAMA("ollama"),
    GEMINI("gemini"),
    BEDROCK("bedrock");

    private static final String SUPPORTED =
            Arrays.stream(values()).map(Provider::id).sorted().collect(Collectors.joining(", "));

    private final String id;

    Provider(String id) {
        this.id = id;
    }

    private ProviderFormat format() {
        return switch (this) {
            case ANTHROPIC -> new AnthropicFormat();
            case OPENAI -> new OpenAiFormat();
            case OLLAMA -> new OllamaFormat();
            case GEMINI -> new GeminiFormat();
            case BEDROCK -> new BedrockFormat();
        };
    }

    /** The provider of an envelope; an unknown one is {@link Problem#UNSUPPORTED_PROVIDER}, naming those that are known. */
    public static Provider named(@Nullable String id) {
        for (Provider provider : values()) {
            if (provider.id.equals(id)) {
                return provider;
            }
        }
        throw new Invalid(Problem.UNSUPPORTED_PROVIDER, "provider", "provider: must be one of " + SUPPORTED);
    }

    /** As it stands in envelopes and records. */
    public String id() {
        return id;
    }

    /**
     * Reads a request.
     *
     * @param body valid UTF-8; the result's content are slices of it
     * @throws Invalid {@link Problem#UNPROCESSABLE_REQUEST} with the path, such as {@code request.messages[2].role}
     */
    public ParsedRequest request(RawJson body) {
        return format().request(body);
    }

    /**
     * Reads a response that the caller has reduced to the provider-neutral form.
     *
     * @param body valid UTF-8; the result's content is a slice of it
     * @throws Invalid {@link Problem#UNPROCESSABLE_RESPONSE} with the path, such as {@code response.message.content[2].type}
     */
    public ParsedResponse response(RawJson body) {
        return new ReducedResponse().read(body);
    }

    /**
     * Reduces the bytes that the provider sent.
     *
     * @param bytes still in their content coding
     * @param contentEncoding the codings, as in the header: {@code gzip}, {@code zstd}, several joined by commas
     * @param contentType decides between a stream and one document; null to look at the bytes
     * @throws Invalid {@link Problem#UNPROCESSABLE_RESPONSE} for an unknown coding, bytes that cannot be decoded or read,
     *     more than 48 MiB, and a response without content
     */
    public ParsedResponse rawResponse(byte[] bytes, @Nullable String contentEncoding, @Nullable String contentType) {
        return format().rawResponse(new RawResponse(ContentCoding.decode(bytes, contentEncoding), contentType));
    }
}
