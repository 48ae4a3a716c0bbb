package dev.turnkeep.ingest.otlp;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.ingest.provider.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The two encodings of OTLP over HTTP. An answer comes in the one of its request. */
enum OtlpFormat {
    PROTOBUF("application/x-protobuf") {
        @Override
        void read(RawJson body, Consumer<ReportedSpan> spans) {
            ProtoTraces.read(body, spans);
        }

        /** ExportTraceServiceResponse: 1 partial_success, of 1 rejected_spans and 2 error_message. */
        @Override
        byte[] partialSuccess(long rejected, String message) {
            byte[] text = message.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream partial = new ByteArrayOutputStream(text.length + 16);
            partial.write(1 << 3);
            varint(partial, rejected);
            partial.write((2 << 3) | 2);
            varint(partial, text.length);
            partial.writeBytes(text);
            ByteArrayOutputStream answer = new ByteArrayOutputStream(partial.size() + 8);
            answer.write((1 << 3) | 2);
            varint(answer, partial.size());
            answer.writeBytes(partial.toByteArray());
            return answer.toByteArray();
        }

        @Override
        byte[] success() {
            return new byte[0];
        }
    },
    JSON("application/json") {
        @Override
        void read(RawJson body, Consumer<ReportedSpan> spans) {
            JsonTraces.read(body, spans);
        }

        @Override
        byte[] partialSuccess(long rejected, String message) {
            RawJson partial = new JsonObject()
                    .put("rejectedSpans", Long.toString(rejected))
                    .put("errorMessage", message)
                    .toJson();
            return new JsonObject()
                    .put("partialSuccess", partial)
                    .toJson()
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
        }

        @Override
        byte[] success() {
            return new byte[] {'{', '}'};
        }
    };

    private final String mediaType;

    OtlpFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    /** Calls back with each span. Throws {@link Invalid} 400 for what is not a request of this encoding. */
    abstract void read(RawJson body, Consumer<ReportedSpan> spans);

    abstract byte[] partialSuccess(long rejected, String message);

    abstract byte[] success();

    String mediaType() {
        return mediaType;
    }

    /** @throws Invalid (415) for anything else */
    static OtlpFormat of(@Nullable String contentType) {
        String type = (contentType == null ? "" : contentType)
                .split(";", -1)[0]
                .strip()
                .toLowerCase(Locale.ROOT);
        for (OtlpFormat format : values()) {
            if (format.mediaType.equals(type)) {
                return format;
            }
        }
        throw new Invalid(
                Problem.UNSUPPORTED_MEDIA_TYPE,
                "Content-Type",
                "Content-Type must be application/x-protobuf or application/json");
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest > 0x7F) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
