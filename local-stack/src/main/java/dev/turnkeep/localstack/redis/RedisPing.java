package dev.turnkeep.localstack.redis;

import dev.turnkeep.localstack.Ping;
import dev.turnkeep.localstack.RedisAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** PING, answered by PONG: while it loads its data a server answers with an error instead. */
public final class RedisPing implements Ping<RedisAddress> {

    private static final int PATIENCE_MILLIS = 2_000;

    @Override
    public void ping(RedisAddress address) throws IOException {
        String answer = ask(address, "PING");
        if (!"+PONG".equals(answer)) throw new IOException("it answered " + answer);
    }

    /** The first line of the answer to one inline command. */
    static String ask(RedisAddress address, String command) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(address.host(), address.port()), PATIENCE_MILLIS);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
            String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            if (line == null) throw new IOException("it closed the connection");
            return line;
        }
    }
}
