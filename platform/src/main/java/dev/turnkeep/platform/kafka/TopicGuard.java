package dev.turnkeep.platform.kafka;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics that are missing, and keeps looking whether they are as required and Kafka is there. A cluster that
 * is away is waited for; a topic with the wrong settings is refused until an operator has changed it.
 *
 * <p>State: the last finding, written by one virtual thread of its own.
 */
public final class TopicGuard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicGuard.class);

    /** A service that starts has nothing better to do. */
    private static final Duration SOON = Duration.ofMillis(500);

    private final KafkaConfig config;
    private final List<TopicSpec> topics;
    private final Thread loop;
    private volatile TopicState state = new TopicState.Waiting("not asked yet");

    private TopicGuard(KafkaConfig config, List<TopicSpec> topics) {
        this.config = config;
        this.topics = List.copyOf(topics);
        this.loop = Thread.ofVirtual().name("topic-guard").unstarted(this::look);
    }

    /** Starts looking; returns at once, also when Kafka is away. */
    public static TopicGuard start(KafkaConfig config, List<TopicSpec> topics) {
        TopicGuard guard = new TopicGuard(config, topics);
        guard.loop.start();
        return guard;
    }

    public TopicState state() {
        return state;
    }

    @Override
    public void close() {
        loop.interrupt();
    }

    private void look() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                lookWhileTheClientLives();
                Thread.sleep(state.writable() ? config.probe() : SOON);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void lookWhileTheClientLives() throws InterruptedException {
        try (TopicAdmin admin = new TopicAdmin(config)) {
            admin.create(topics);
            while (true) {
                List<String> faults = admin.faults(topics);
                found(faults.isEmpty() ? new TopicState.Verified() : new TopicState.Refused(String.join("; ", faults)));
                Thread.sleep(config.probe());
            }
        } catch (ExecutionException e) {
            missed(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException | KafkaException e) {
            missed(e);
        }
    }

    private void missed(Throwable failure) {
        String reason = failure.getClass().getSimpleName();
        found(state.writable() ? new TopicState.Away(reason) : new TopicState.Waiting(reason));
    }

    private void found(TopicState next) {
        boolean same = next.equals(state);
        state = next;
        if (same) {
            return;
        }
        switch (next) {
            case TopicState.Verified _ -> LOG.info("the topics are as required");
            case TopicState.Waiting(String reason) ->
                LOG.atWarn().addKeyValue("reason", reason).log("Kafka is not there yet");
            case TopicState.Away(String reason) ->
                LOG.atWarn().addKeyValue("reason", reason).log("Kafka does not answer");
            case TopicState.Refused(String reason) ->
                LOG.atError().addKeyValue("reason", reason).log("the topics cannot be used as they are");
        }
    }
}
