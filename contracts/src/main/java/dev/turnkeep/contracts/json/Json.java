package dev.turnkeep.contracts.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/** The one way JSON is read and written here: the limits, and errors that never quote the input. */
public final class Json {
    /** How deep objects and arrays may nest. */
    public static final int DEPTH = 256;

    /**
     * How many names, values and brackets a document from outside may have. Turns of the largest size have fewer; what has
     * more was made to cost memory.
     */
    public static final int TOKENS = 1_500_000;

    private static final int LONGEST_STRING = 64 * 1024 * 1024;
    private static final int LONGEST_NUMBER = 1024 * 1024;
    private static final int LONGEST_NAME = 64 * 1024;

    /** Shared and thread-safe. */
    public static final JsonFactory FACTORY = factory(limits().build());

    private static final JsonFactory LIMITED =
            factory(limits().maxTokenCount(TOKENS).build());

    private Json() {}

    private static StreamReadConstraints.Builder limits() {
        return StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH)
                .maxStringLength(LONGEST_STRING)
                .maxNumberLength(LONGEST_NUMBER)
                .maxNameLength(LONGEST_NAME);
    }

    private static JsonFactory factory(StreamReadConstraints limits) {
        return new JsonFactoryBuilder()
                .streamReadConstraints(limits)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                // Callers choose member names: interning them for ever would be a leak they control. The table of
                // canonical
                // names stays on: it is bounded, and without it Jackson reads bytes through a Reader and knows no
                // offsets.
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                // JSON is UTF-8 here: a NUL among the first bytes must not turn it into UTF-16.
                .disable(JsonFactory.Feature.CHARSET_DETECTION)
                .build();
    }

    /** A parser over the bytes of a value; its locations are offsets into the value's array, see {@link #slice}. */
    public static JsonParser parser(RawJson json) throws IOException {
        return FACTORY.createParser(json.array(), json.offset(), json.length());
    }

    /**
     * As {@link #parser}, for what comes from outside: stops with a {@code StreamConstraintsException} after
     * {@link #TOKENS}. What was published is read without that limit: a record has a few more than the turn that was posted.
     */
    public static JsonParser limitedParser(RawJson json) throws IOException {
        return LIMITED.createParser(json.array(), json.offset(), json.length());
    }

    /**
     * The value at the parser's current token, as given; the parser then stands on the value's last token.
     *
     * @param source the very bytes that the parser was made over
     */
    public static RawJson slice(JsonParser parser, RawJson source) throws IOException {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        if (parser.currentToken() == JsonToken.START_OBJECT || parser.currentToken() == JsonToken.START_ARRAY) {
            parser.skipChildren();
        } else {
            parser.finishToken();
        }
        int end = (int) parser.currentLocation().getByteOffset();
        return RawJson.of(source.array(), source.offset() + start, end - start);
    }
}
