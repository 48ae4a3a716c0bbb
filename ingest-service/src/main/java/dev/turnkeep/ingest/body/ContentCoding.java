package dev.turnkeep.ingest.body;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The codings of a request body (RFC 9110, 8.4) that are taken off it. */
enum ContentCoding {
    GZIP {
        @Override
        InputStream open(InputStream coded) throws IOException {
            return new GZIPInputStream(coded, 16 * 1024);
        }
    },
    ZSTD {
        @Override
        InputStream open(InputStream coded) throws IOException {
            return new ZstdInputStreamNoFinalizer(coded).setLongMax(LARGEST_WINDOW);
        }
    };

    /** Of zstd, as a power of two: no frame may ask for more memory than the largest body needs. */
    private static final int LARGEST_WINDOW = 26;

    private static final int LAYERS = 3;

    abstract InputStream open(InputStream coded) throws IOException;

    /**
     * The codings of a {@code Content-Encoding} header in the order in which they were applied.
     *
     * @throws Invalid (415) for a coding that is not supported
     */
    static List<ContentCoding> parse(@Nullable String header) {
        List<ContentCoding> codings = new ArrayList<>();
        for (String name : header == null ? new String[0] : header.split(",", -1)) {
            switch (name.strip().toLowerCase(Locale.ROOT)) {
                case "gzip", "x-gzip" -> codings.add(GZIP);
                case "zstd" -> codings.add(ZSTD);
                case "", "identity" -> {}
                default -> throw unsupported("Content-Encoding must be gzip, zstd or identity");
            }
        }
        if (codings.size() > LAYERS) {
            throw unsupported("at most " + LAYERS + " content codings");
        }
        return codings;
    }

    private static Invalid unsupported(String detail) {
        return new Invalid(Problem.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding", detail);
    }
}
