package dev.turnkeep.localstack.clickhouse.wire;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;

/** HTTP content codings, in the order in which they are chosen when a client accepts several. */
public enum HttpCoding {
    GZIP,
    DEFLATE,
    ZSTD,
    LZ4;

    private static final Pattern COMMA = Pattern.compile(",");

    /** By its name in a header. */
    public static Optional<HttpCoding> of(String name) {
        for (HttpCoding coding : values())
            if (coding.header().equalsIgnoreCase(name.strip())) return Optional.of(coding);
        return Optional.empty();
    }

    /** The best one of an {@code Accept-Encoding} header; weights are not read, but a weight of zero is a refusal. */
    public static Optional<HttpCoding> accepted(String header) {
        HttpCoding best = null;
        for (String element : COMMA.splitAsStream(header).toList()) {
            int weight = element.indexOf(';');
            if (weight >= 0 && element.substring(weight).matches(";\\s*q=0(\\.0*)?\\s*")) continue;
            Optional<HttpCoding> coding = of(weight < 0 ? element : element.substring(0, weight));
            if (coding.isPresent() && (best == null || coding.get().compareTo(best) < 0)) best = coding.get();
        }
        return Optional.ofNullable(best);
    }

    public String header() {
        return name().toLowerCase(Locale.ROOT);
    }

    public InputStream decode(InputStream coded) throws IOException {
        return switch (this) {
            case GZIP -> new GZIPInputStream(coded, BUFFER);
            case DEFLATE -> new InflaterInputStream(coded);
            case ZSTD -> new ZstdInputStreamNoFinalizer(coded);
            case LZ4 -> new LZ4FrameInputStream(coded);
        };
    }

    public OutputStream encode(OutputStream target) throws IOException {
        return switch (this) {
            case GZIP -> new GZIPOutputStream(target, BUFFER);
            case DEFLATE -> new DeflaterOutputStream(target);
            case ZSTD -> new ZstdOutputStreamNoFinalizer(target);
            case LZ4 ->
                new LZ4FrameOutputStream(
                        target,
                        LZ4FrameOutputStream.BLOCKSIZE.SIZE_256KB,
                        LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE);
        };
    }

    private static final int BUFFER = 64 * 1024;
}
