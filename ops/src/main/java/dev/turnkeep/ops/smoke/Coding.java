package dev.turnkeep.ops.smoke;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/** The codings in which bodies may come. */
enum Coding {
    GZIP,
    /** Native code reads it, in the service. */
    ZSTD;

    /** As headers name it. */
    String token() {
        return name().toLowerCase(Locale.ROOT);
    }

    byte[] pack(byte[] plain) {
        return switch (this) {
            case GZIP -> gzip(plain);
            case ZSTD -> Zstd.compress(plain);
        };
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return packed.toByteArray();
    }
}
