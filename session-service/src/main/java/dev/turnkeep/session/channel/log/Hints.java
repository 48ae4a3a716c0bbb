package dev.turnkeep.session.channel.log;

import dev.turnkeep.platform.redis.RedisKeysConfig;
import io.quarkus.redis.datasource.ReactiveRedisDataSource;
import io.quarkus.redis.datasource.pubsub.ReactivePubSubCommands;
import io.quarkus.redis.datasource.pubsub.ReactivePubSubCommands.ReactiveRedisSubscriber;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells other nodes by Redis which streams have moved, and hears it from them. Best effort: nobody waits for it, and what
 * is missed the safety poll finds. It also hears what it says itself, and says something every second: that is how it knows
 * that its subscription lives.
 *
 * <p>State: the subscription and the attempt to make it, guarded by this.
 */
@Singleton
class Hints {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    /** A subscription that hears nothing for so long, or has not come, is given up: each holds a connection until then. */
    private static final Duration SILENCE = Duration.ofSeconds(15);
    /** While Redis is away, hints must not pile up. */
    private static final int UNDER_WAY = 256;

    private static final Pattern HINT = Pattern.compile("([0-9]{1,18}):([0-9]{1,18}):([0-9]{1,18}):([01])");

    private final ReactivePubSubCommands<String> redis;
    private final String channel;
    private final String self = UUID.randomUUID().toString();
    private final Tails tails;
    private final Vertx vertx;
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long heardAt;
    private @Nullable ReactiveRedisSubscriber subscription;
    private int attempt;
    private boolean subscribing;
    private long timer;

    Hints(ReactiveRedisDataSource redis, RedisKeysConfig config, Tails tails, Vertx vertx) {
        this.redis = redis.pubsub(String.class);
        this.channel = config.keyPrefix() + "channels:moved";
        this.tails = tails;
        this.vertx = vertx;
    }

    void tell(List<StreamEnd> moved) {
        if (underWay.incrementAndGet() > UNDER_WAY) {
            underWay.decrementAndGet();
            return;
        }
        String message = moved.stream()
                .map(end -> end.id() + ":" + end.incarnation() + ":" + end.next() + ":" + (end.closed() ? 1 : 0))
                .collect(Collectors.joining(",", self + " ", ""));
        redis.publish(channel, message)
                .ifNoItem()
                .after(PATIENCE)
                .fail()
                .onTermination()
                .invoke(() -> underWay.decrementAndGet())
                .subscribe()
                .with(_ -> {}, _ -> {});
    }

    void start(@Observes StartupEvent starting) {
        keepSubscribed();
        timer = vertx.setPeriodic(AGAIN.toMillis(), _ -> {
            keepSubscribed();
            tell(List.of());
        });
    }

    void stop(@Observes ShutdownEvent stopping) {
        vertx.cancelTimer(timer);
    }

    private synchronized void keepSubscribed() {
        boolean silent = System.nanoTime() - heardAt > SILENCE.toNanos();
        if (silent || (subscription == null && !subscribing)) {
            leave(subscription);
            subscription = null;
            subscribing = true;
            heardAt = System.nanoTime();
            int mine = ++attempt;
            redis.subscribe(List.of(channel), this::hear, () -> lost(mine), _ -> lost(mine))
                    .subscribe()
                    .with(made -> came(mine, made), _ -> lost(mine));
        }
    }

    private synchronized void came(int which, ReactiveRedisSubscriber made) {
        if (which == attempt) {
            subscription = made;
            subscribing = false;
        } else {
            // Too late: another attempt was made.
            leave(made);
        }
    }

    private synchronized void lost(int which) {
        if (which == attempt) {
            leave(subscription);
            subscription = null;
            subscribing = false;
        }
    }

    /** Its connection goes back with that. */
    private static void leave(@Nullable ReactiveRedisSubscriber left) {
        if (left != null) {
            left.unsubscribe().subscribe().with(_ -> {}, _ -> {});
        }
    }

    private void hear(String message) {
        heardAt = System.nanoTime();
        int space = message.indexOf(' ');
        if (space < 0 || message.substring(0, space).equals(self)) {
            return;
        }
        Matcher hint = HINT.matcher(message);
        while (hint.find(space)) {
            tails.hinted(new StreamEnd(
                    Long.parseLong(hint.group(1)),
                    Long.parseLong(hint.group(2)),
                    Long.parseLong(hint.group(3)),
                    hint.group(4).equals("1")));
            space = hint.end();
        }
    }
}
