package dev.turnkeep.ingest.body;

import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.ingest.body.ByteBudget.Reservation;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body up to the cap and not one byte further, before and after decompression. What it holds is taken from the
 * request's reservation as it grows, so that a length that is only claimed costs nobody anything.
 */
@Singleton
public class BodyReader {
    private static final int FIRST = 16 * 1024;
    /** A claimed length up to this is believed: the usual body is then read without a copy. */
    private static final int BELIEVED = 1024 * 1024;

    private final int largest;
    private final DistributionSummary sizes;

    @Inject
    BodyReader(BodyConfig config, MeterRegistry meters) {
        this(Math.toIntExact(config.largest().asLongValue()), meters);
    }

    BodyReader(int largest, MeterRegistry meters) {
        this.largest = largest;
        this.sizes = DistributionSummary.builder("turnkeep_ingest_body")
                .description("Request bodies after decompression")
                .baseUnit("bytes")
                .register(meters);
    }

    /** The body of a request; see {@link #read(InputStream, String, long, Reservation)}. */
    public RawJson read(InputStream in, HttpServerRequest request, Reservation reservation) throws IOException {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        RawJson body = read(
                in,
                request.getHeader(HttpHeaders.CONTENT_ENCODING),
                length == null ? -1 : Long.parseLong(length),
                reservation);
        sizes.record(body.length());
        return body;
    }

    /**
     * The decoded body.
     *
     * @param contentLength as claimed, negative when it is not
     * @throws Invalid 413 over the cap, 415 for an unknown coding, 400 for a broken one
     * @throws dev.turnkeep.platform.http.RetryLater (503) when there is no room for it
     */
    RawJson read(InputStream in, @Nullable String contentEncoding, long contentLength, Reservation reservation)
            throws IOException {
        List<ContentCoding> codings = ContentCoding.parse(contentEncoding);
        if (contentLength > largest) {
            throw tooLarge();
        }
        RawJson body = drain(in, contentLength, reservation);
        if (!codings.isEmpty()) {
            body = decoded(body, codings, reservation);
        }
        return body;
    }

    private RawJson decoded(RawJson coded, List<ContentCoding> codings, Reservation reservation) {
        try (InputStream in = layers(coded, codings)) {
            return drain(in, Math.min(4L * coded.length(), largest), reservation);
        } catch (IOException e) {
            throw new Invalid(Problem.MALFORMED, "Content-Encoding", "the body cannot be decompressed");
        }
    }

    /** The last coding applied is the first to be taken off. */
    private static InputStream layers(RawJson coded, List<ContentCoding> codings) throws IOException {
        InputStream in = new ByteArrayInputStream(coded.array(), coded.offset(), coded.length());
        for (ContentCoding coding : codings.reversed()) {
            in = coding.open(in);
        }
        return in;
    }

    private RawJson drain(InputStream in, long expected, Reservation reservation) throws IOException {
        byte[] bytes = allocated(expected < 0 ? FIRST : Math.clamp(expected, 1, BELIEVED), reservation);
        int length = 0;
        while (true) {
            int read = in.read(bytes, length, bytes.length - length);
            if (read < 0) {
                return RawJson.of(bytes, 0, length);
            }
            length += read;
            if (length > largest) {
                throw tooLarge();
            }
            if (length == bytes.length) {
                int next = in.read();
                if (next < 0) {
                    return RawJson.of(bytes, 0, length);
                }
                bytes = grown(bytes, expected, reservation);
                bytes[length++] = (byte) next;
            }
        }
    }

    private byte[] grown(byte[] bytes, long expected, Reservation reservation) {
        long wanted = Math.max(2L * bytes.length, Math.min(expected, 4L * bytes.length));
        // One byte over the cap is enough to know that there is more.
        int size = (int) Math.min(wanted, largest + 1L);
        if (size <= bytes.length) {
            throw tooLarge();
        }
        reservation.grow(size - bytes.length);
        return Arrays.copyOf(bytes, size);
    }

    private static byte[] allocated(int size, Reservation reservation) {
        reservation.grow(size);
        return new byte[size];
    }

    private Invalid tooLarge() {
        return new Invalid(Problem.TOO_LARGE, null, "the body exceeds " + largest + " bytes");
    }
}
