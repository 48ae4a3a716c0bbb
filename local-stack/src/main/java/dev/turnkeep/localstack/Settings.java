package dev.turnkeep.localstack;

import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a process by the name of their environment variable. A system property wins: {@code POSTGRES_URL} is
 * {@code -Dpostgres.url}. Blank is absent.
 */
public record Settings(Function<String, @Nullable String> lookup) {

    private static final int LARGEST_PORT = 65_535;

    public static Settings ofProcess() {
        return new Settings(name -> {
            String property = System.getProperty(name.toLowerCase(Locale.ROOT).replace('_', '.'));
            return property != null ? property : System.getenv(name);
        });
    }

    public @Nullable String value(String name) {
        String value = lookup.apply(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    public String value(String name, String otherwise) {
        String value = value(name);
        return value == null ? otherwise : value;
    }

    /** @throws IllegalArgumentException naming the variable, when it is no port */
    public int port(String name, int otherwise) {
        String value = value(name);
        if (value == null) return otherwise;
        try {
            int port = Integer.parseInt(value);
            if (port > 0 && port <= LARGEST_PORT) return port;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + "=" + value + " is not a port", e);
        }
        throw new IllegalArgumentException(name + "=" + value + " is not a port: 1.." + LARGEST_PORT);
    }
}
