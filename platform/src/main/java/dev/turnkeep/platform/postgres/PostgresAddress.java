package dev.turnkeep.platform.postgres;

import java.net.URI;

/** The parts of {@code jdbc:postgresql://host:port/database}; the port may be left out. */
record PostgresAddress(String host, int port, String database) {
    private static final String JDBC = "jdbc:";
    private static final int DEFAULT_PORT = 5432;

    static PostgresAddress parse(String url) {
        URI uri = url.startsWith(JDBC) ? URI.create(url.substring(JDBC.length())) : URI.create(url);
        String path = uri.getPath();
        if (!"postgresql".equals(uri.getScheme()) || uri.getHost() == null || path == null || path.length() < 2) {
            // The value may hold a password: it is not repeated.
            throw new IllegalArgumentException(
                    "turnkeep.postgres.url must have the form jdbc:postgresql://host:port/database");
        }
        return new PostgresAddress(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), path.substring(1));
    }
}
