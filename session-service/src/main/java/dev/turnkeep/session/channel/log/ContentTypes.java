package dev.turnkeep.session.channel.log;

import java.util.Locale;

/** Content types as streams compare them: by type and subtype, whatever their case and parameters. */
public final class ContentTypes {
    public static final String BYTES = "application/octet-stream";
    public static final String JSON = "application/json";

    private ContentTypes() {}

    public static boolean same(String one, String other) {
        return essence(one).equals(essence(other));
    }

    public static boolean isJson(String contentType) {
        return essence(contentType).equals(JSON);
    }

    /** Whether its bytes can stand in a text protocol as they are. */
    public static boolean isText(String contentType) {
        return isJson(contentType) || essence(contentType).startsWith("text/");
    }

    private static String essence(String contentType) {
        int parameters = contentType.indexOf(';');
        String bare = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return bare.strip().toLowerCase(Locale.ROOT);
    }
}
