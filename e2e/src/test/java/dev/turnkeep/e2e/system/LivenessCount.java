package dev.turnkeep.e2e.system;

import dev.turnkeep.localstack.RedisAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Counts the entries of the liveness index, by its documented keys. */
final class LivenessCount {
    private static final int SHARDS = 16;

    private LivenessCount() {}

    static long of(RedisAddress redis, String prefix) {
        try (Socket socket = new Socket(redis.host(), redis.port());
                var answers =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            long count = 0;
            for (int shard = 0; shard < SHARDS; shard++) {
                String command = "ZCARD " + prefix + "live:" + shard + "\r\n";
                socket.getOutputStream().write(command.getBytes(StandardCharsets.UTF_8));
                String answer = answers.readLine();
                if (answer == null || !answer.startsWith(":")) {
                    throw new IllegalStateException("Redis answered " + answer);
                }
                count += Long.parseLong(answer.substring(1));
            }
            return count;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
