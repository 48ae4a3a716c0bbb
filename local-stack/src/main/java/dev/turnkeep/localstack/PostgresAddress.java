package dev.turnkeep.localstack;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** One database of a Postgres server, and the login to use for it. The password may be empty. */
public record PostgresAddress(String host, int port, String database, String user, String password) {

    private static final int DEFAULT_PORT = 5432;

    /** Without the login: {@code jdbc:postgresql://host:port/database}. */
    public String jdbcUrl() {
        return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    /** With the login, for tools that take one string. */
    public String jdbcUrlWithLogin() {
        String login = jdbcUrl() + "?user=" + URLEncoder.encode(user, StandardCharsets.UTF_8);
        return password.isEmpty() ? login : login + "&password=" + URLEncoder.encode(password, StandardCharsets.UTF_8);
    }

    /** The same server and login, another database. */
    public PostgresAddress withDatabase(String other) {
        return new PostgresAddress(host, port, other, user, password);
    }

    /** A new connection that gives up on a server that does not answer: after 5 s to connect, 30 s to reply. */
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("socketTimeout", "30");
        return driver().connect(jdbcUrl(), properties);
    }

    /** Not DriverManager's: it looks once, through the class loader of whoever comes first, as test frameworks swap them. */
    private static Driver driver() {
        return ServiceLoader.load(Driver.class, PostgresAddress.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(driver -> driver.getClass().getName().startsWith("org.postgresql."))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the Postgres driver is not on the class path"));
    }

    /**
     * Reads {@code jdbc:postgresql://host:port/db?user=..&password=..} or {@code postgresql://user:password@host:port/db}.
     *
     * @throws IllegalArgumentException when the host, the database or the user is missing
     */
    public static PostgresAddress parse(String url) {
        URI uri = URI.create(url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url);
        String path = uri.getPath();
        if (uri.getHost() == null || path == null || path.length() < 2)
            throw new IllegalArgumentException(
                    "POSTGRES_URL needs a host and a database: jdbc:postgresql://host:port/db");
        Map<String, String> query = query(uri.getRawQuery());
        String[] login =
                uri.getUserInfo() == null ? new String[0] : uri.getUserInfo().split(":", 2);
        String user = login.length > 0 ? login[0] : query.get("user");
        String password = login.length > 1 ? login[1] : query.getOrDefault("password", "");
        if (user == null || user.isBlank())
            throw new IllegalArgumentException("POSTGRES_URL names no user: add ?user=..&password=..");
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        return new PostgresAddress(uri.getHost(), port, path.substring(1), user, password);
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> values = new HashMap<>();
        if (raw == null) return values;
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0)
                values.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return values;
    }

    /** Never the password: addresses end up in logs. */
    @Override
    public String toString() {
        return user + "@" + host + ":" + port + "/" + database;
    }
}
