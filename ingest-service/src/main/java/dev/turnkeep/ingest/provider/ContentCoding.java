package dev.turnkeep.ingest.provider;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes bytes out of their Content-Encoding, last coding first. Never gives more than {@link #LIMIT}. What a connection
 * cut short is kept as far as it goes, if anything came out of it.
 */
final class ContentCoding {
    /** In bytes, for each coding of a stack. */
    static final int LIMIT = 48 * 1024 * 1024;

    private static final String ENCODING = "raw_response_encoding";
    /** More than any provider stacks; a bound on work, since each coding may grow the bytes to the limit. */
    private static final int MOST_CODINGS = 4;
    /** 64 MiB of window: more than the limit has use for, less than a hostile frame may ask for. */
    private static final int ZSTD_WINDOW_LOG = 26;

    private ContentCoding() {}

    static RawJson decode(byte[] bytes, @Nullable String contentEncoding) {
        String[] codings = contentEncoding == null ? new String[0] : contentEncoding.split(",", -1);
        if (codings.length > MOST_CODINGS) {
            throw invalid(ENCODING, "names more than " + MOST_CODINGS + " codings");
        }
        byte[] decoded = bytes;
        for (int i = codings.length - 1; i >= 0; i--) {
            decoded = decodeOne(decoded, codings[i].strip().toLowerCase(Locale.ROOT));
        }
        if (decoded.length > LIMIT) {
            throw tooLarge();
        }
        return RawJson.of(decoded, 0, decoded.length);
    }

    private static byte[] decodeOne(byte[] bytes, String coding) {
        return switch (coding) {
            case "", "identity" -> bytes;
            case "gzip", "x-gzip" -> inflate(bytes, GZIPInputStream::new);
            case "zstd" -> inflate(bytes, ContentCoding::zstd);
            default -> throw invalid(ENCODING, "must be identity, gzip or zstd");
        };
    }

    private interface Opening {
        InputStream open(InputStream bytes) throws IOException;
    }

    private static InputStream zstd(InputStream bytes) throws IOException {
        return new ZstdInputStreamNoFinalizer(bytes).setLongMax(ZSTD_WINDOW_LOG);
    }

    private static byte[] inflate(byte[] bytes, Opening opening) {
        CountedInput counted = new CountedInput(bytes);
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.min(LIMIT, Math.max(1024, 4 * (bytes.length + 1))));
        try (InputStream in = opening.open(counted)) {
            byte[] chunk = new byte[16 * 1024];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                if (out.size() + n > LIMIT) {
                    throw tooLarge();
                }
                out.write(chunk, 0, n);
            }
        } catch (IOException e) {
            boolean cutShort = e instanceof EOFException || counted.exhausted();
            if (!cutShort || out.size() == 0) {
                throw invalid(ProviderFormat.RAW_RESPONSE, "cannot be decoded");
            }
        }
        if (bytes.length == 0) {
            throw invalid(ProviderFormat.RAW_RESPONSE, "is empty, which its coding never is");
        }
        return out.toByteArray();
    }

    /** Knows whether the decoder asked for bytes beyond the last: then the input was cut short rather than wrong. */
    private static final class CountedInput extends ByteArrayInputStream {
        private boolean exhausted;

        CountedInput(byte[] bytes) {
            super(bytes);
        }

        boolean exhausted() {
            return exhausted;
        }

        @Override
        public synchronized int read(byte[] into, int offset, int length) {
            int n = super.read(into, offset, length);
            exhausted |= n < 0;
            return n;
        }
    }

    private static Invalid tooLarge() {
        return invalid(ProviderFormat.RAW_RESPONSE, "must not exceed " + LIMIT + " bytes decoded");
    }

    private static Invalid invalid(String field, String rule) {
        return new Invalid(Problem.UNPROCESSABLE_RESPONSE, field, field + ": " + rule);
    }
}
