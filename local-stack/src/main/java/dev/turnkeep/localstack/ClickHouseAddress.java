package dev.turnkeep.localstack;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * One database of a ClickHouse server, by its HTTP interface, and the login to use for it. The password may be empty.
 *
 * @param endpoint {@code http://host:port} or {@code https://host:port}
 */
public record ClickHouseAddress(URI endpoint, String database, String user, String password) {

    /** What a server calls the database and the user that are always there. */
    public static final String DEFAULT = "default";

    private static final int HTTP_PORT = 8123;
    private static final int HTTPS_PORT = 8443;

    /** The default user and database of a server on this machine. */
    public static ClickHouseAddress local(int port) {
        return new ClickHouseAddress(URI.create("http://127.0.0.1:" + port), DEFAULT, DEFAULT, "");
    }

    /** The same server and login, another database. */
    public ClickHouseAddress withDatabase(String other) {
        return new ClickHouseAddress(endpoint, other, user, password);
    }

    /**
     * With the login and the database where they are not the defaults, for tools that take one string; {@link #parse}
     * reads it.
     */
    public String urlWithLogin() {
        if (password.isEmpty() && user.equals(DEFAULT) && database.equals(DEFAULT)) return endpoint.toString();
        try {
            String login = password.isEmpty() ? user : user + ":" + password;
            return new URI(
                            endpoint.getScheme(),
                            login,
                            endpoint.getHost(),
                            endpoint.getPort(),
                            "/" + database,
                            null,
                            null)
                    .toASCIIString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("an address that was read cannot be written", e);
        }
    }

    /**
     * Reads {@code http://user:password@host:port/database}; only the host is needed. Reserved characters of the login
     * are percent-encoded.
     *
     * @throws IllegalArgumentException when it is no such URL
     */
    public static ClickHouseAddress parse(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            // Its message and its cause would show the URL, and with it the password.
            throw new IllegalArgumentException("CLICKHOUSE_URL is no URL");
        }
        boolean secure = "https".equals(uri.getScheme());
        if (uri.getHost() == null || (!secure && !"http".equals(uri.getScheme())))
            throw new IllegalArgumentException("CLICKHOUSE_URL must be http(s)://user:password@host:port/database");
        String[] login =
                uri.getUserInfo() == null ? new String[0] : uri.getUserInfo().split(":", 2);
        String path = uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/", "");
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? HTTPS_PORT : HTTP_PORT;
        return new ClickHouseAddress(
                URI.create(uri.getScheme() + "://" + uri.getHost() + ":" + port),
                path.isEmpty() ? DEFAULT : path,
                login.length > 0 ? login[0] : DEFAULT,
                login.length > 1 ? login[1] : "");
    }

    /** Never the password: addresses end up in logs. */
    @Override
    public String toString() {
        return endpoint + "/" + database + " as " + user;
    }
}
