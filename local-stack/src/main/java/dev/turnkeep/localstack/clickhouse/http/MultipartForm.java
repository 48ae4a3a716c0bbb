package dev.turnkeep.localstack.clickhouse.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Form data as a request's body: its parts are parameters like those of the URL. */
public final class MultipartForm {

    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)\"?");
    private static final Pattern NAME = Pattern.compile("(?i)content-disposition:[^\\r\\n]*?\\bname=\"([^\"]*)\"");
    private static final int LIMIT = 4 * 1024 * 1024;

    private MultipartForm() {}

    public static boolean is(RequestHead head) {
        return head.header("Content-Type").startsWith("multipart/form-data");
    }

    /** The head with the form's parts among its parameters. */
    public static RequestHead read(HttpExchange exchange) throws IOException {
        RequestHead head = exchange.head();
        Matcher boundary = BOUNDARY.matcher(head.header("Content-Type"));
        if (!boundary.find()) throw new MalformedRequestException("form data without a boundary");
        byte[] form = exchange.body().readNBytes(LIMIT);
        // One byte is one character here, so that a part comes out as the bytes that it is.
        String text = new String(form, StandardCharsets.ISO_8859_1);
        return head.with(parts(text, "--" + boundary.group(1)));
    }

    private static Map<String, String> parts(String form, String delimiter) throws MalformedRequestException {
        Map<String, String> parts = new LinkedHashMap<>();
        int at = form.indexOf(delimiter);
        while (at >= 0 && !form.startsWith("--", at + delimiter.length())) {
            int headers = at + delimiter.length() + 2;
            int content = form.indexOf("\r\n\r\n", headers);
            int end = form.indexOf("\r\n" + delimiter, headers);
            if (content < 0 || end < content) throw new MalformedRequestException("form data ends early");
            Matcher name = NAME.matcher(form.substring(headers, content));
            if (!name.find()) throw new MalformedRequestException("a part of form data has no name");
            byte[] value = form.substring(content + 4, end).getBytes(StandardCharsets.ISO_8859_1);
            parts.put(name.group(1), new String(value, StandardCharsets.UTF_8));
            at = end + 2;
        }
        return parts;
    }
}
