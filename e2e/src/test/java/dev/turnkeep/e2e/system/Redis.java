package dev.turnkeep.e2e.system;

import dev.turnkeep.localstack.RedisAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** The server as anybody who reaches it can use it; the liveness index by its documented keys. */
final class Redis {
    private static final int SHARDS = 16;

    private Redis() {}

    /** Everything in it is gone afterwards. */
    static void flush(RedisAddress redis) {
        try (Socket socket = new Socket(redis.host(), redis.port());
                var answers =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.getOutputStream().write("FLUSHALL\r\n".getBytes(StandardCharsets.UTF_8));
            String answer = answers.readLine();
            if (!"+OK".equals(answer)) {
                throw new IllegalStateException("Redis answered " + answer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ids of the sessions in the liveness index. */
    static Set<String> live(RedisAddress redis, String prefix) {
        try (Socket socket = new Socket(redis.host(), redis.port());
                var answers =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            Set<String> members = new HashSet<>();
            for (int shard = 0; shard < SHARDS; shard++) {
                String command = "ZRANGE " + prefix + "live:" + shard + " 0 -1\r\n";
                socket.getOutputStream().write(command.getBytes(StandardCharsets.UTF_8));
                int count = number(answers.readLine(), '*');
                for (int i = 0; i < count; i++) {
                    number(answers.readLine(), '$');
                    members.add(answers.readLine());
                }
            }
            return members;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int number(String answer, char type) {
        if (answer == null || answer.isEmpty() || answer.charAt(0) != type) {
            throw new IllegalStateException("Redis answered " + answer);
        }
        return Integer.parseInt(answer.substring(1));
    }
}
