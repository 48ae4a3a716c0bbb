package dev.turnkeep.localstack.clickhouse.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What comes before a request's body.
 *
 * @param parameters of the URL, decoded, in their order; the last of a name wins
 * @param headers by their name without regard to case; the last of a name wins
 */
public record RequestHead(String method, String path, Map<String, String> parameters, Map<String, String> headers) {

    // Statements may come in the URL, which a real server lets grow to a megabyte.
    private static final int FIRST_LINE = 1024 * 1024 + 1024;
    private static final int HEADER_LINE = 64 * 1024;
    private static final int HEADERS = 200;
    private static final Pattern SPACE = Pattern.compile(" ");
    private static final Pattern AMPERSAND = Pattern.compile("&");

    /** Null when the connection ended before a request began. */
    static @Nullable RequestHead read(InputStream input) throws IOException {
        String first;
        try {
            first = line(input, FIRST_LINE);
        } catch (ClientGoneException idle) {
            return null;
        }
        String[] parts = SPACE.split(first, -1);
        if (parts.length != 3 || !parts[2].equals("HTTP/1.1"))
            throw new MalformedRequestException("not a request of HTTP/1.1");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(input, HEADER_LINE); !line.isEmpty(); line = line(input, HEADER_LINE)) {
            int colon = line.indexOf(':');
            if (colon <= 0 || headers.size() == HEADERS) throw new MalformedRequestException("not a header");
            headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        int mark = parts[1].indexOf('?');
        String path = mark < 0 ? parts[1] : parts[1].substring(0, mark);
        String query = mark < 0 ? "" : parts[1].substring(mark + 1);
        return new RequestHead(parts[0], path, parameters(query), headers);
    }

    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    public String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** For switches: {@code 1} and {@code true} are on. */
    public boolean flag(String name) {
        String value = parameter(name).toLowerCase(Locale.ROOT);
        return value.equals("1") || value.equals("true");
    }

    RequestHead with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        all.putAll(more);
        return new RequestHead(method, path, all, headers);
    }

    /** A line without its end. */
    static String line(InputStream input, int limit) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = input.read(); next != '\n'; next = input.read()) {
            if (next < 0) throw new ClientGoneException("the connection ended inside a request");
            if (line.size() == limit) throw new MalformedRequestException("a line is too long");
            line.write(next);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private static Map<String, String> parameters(String query) throws MalformedRequestException {
        Map<String, String> parameters = new LinkedHashMap<>();
        try {
            for (String pair : AMPERSAND.splitAsStream(query).toList()) {
                if (pair.isEmpty()) continue;
                int equals = pair.indexOf('=');
                parameters.put(
                        decoded(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedRequestException("the URL has a broken escape");
        }
        return parameters;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
