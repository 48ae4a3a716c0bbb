package dev.turnkeep.replication.pgoutput;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** The messages that a real server has sent, a line each: the position and the bytes in hexadecimal. */
final class Capture {
    private Capture() {}

    static List<String> resource(String name) {
        try (InputStream in = Objects.requireNonNull(Capture.class.getResourceAsStream("/capture/" + name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The statements of a script; a line with only {@code --} is between two. */
    static List<String> script(String name) {
        return Arrays.asList(String.join("\n", resource(name + ".sql")).split("\n--\n"));
    }

    static byte[] bytes(String line) {
        return HexFormat.of().parseHex(line.substring(line.indexOf(' ') + 1));
    }

    static Lsn at(String line) {
        return Lsn.parse(line.substring(0, line.indexOf(' ')));
    }

    /** Reads all lines with one decoder. */
    static List<String> read(List<String> lines) {
        Decoder decoder = new Decoder();
        return lines.stream()
                .map(line -> Rendering.of(decoder.decode(bytes(line), at(line)), decoder))
                .toList();
    }
}
