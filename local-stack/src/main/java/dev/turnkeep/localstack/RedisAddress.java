package dev.turnkeep.localstack;

import java.net.URI;

/** Where a Redis server answers: no password, database 0. */
public record RedisAddress(String host, int port) {

    private static final int DEFAULT_PORT = 6379;

    /** {@code redis://host:port} */
    public String url() {
        return "redis://" + host + ":" + port;
    }

    /**
     * Reads {@code redis://host:port}.
     *
     * @throws IllegalArgumentException for anything that this address cannot express: TLS, a login, a database number
     */
    public static RedisAddress parse(String url) {
        URI uri = URI.create(url);
        boolean root = uri.getPath() == null
                || uri.getPath().isEmpty()
                || uri.getPath().equals("/");
        if (!"redis".equals(uri.getScheme()) || uri.getHost() == null || uri.getUserInfo() != null || !root)
            throw new IllegalArgumentException("REDIS_URL must be redis://host:port, without a login or a database");
        return new RedisAddress(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
    }

    @Override
    public String toString() {
        return url();
    }
}
