package dev.turnkeep.session.channel.log;

import static dev.turnkeep.platform.postgres.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.session.channel.ChannelProfile;
import dev.turnkeep.session.channel.log.LogReader.Found;
import dev.turnkeep.session.channel.log.Tail.Waiter;
import dev.turnkeep.session.turn.ServiceOnTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A node's readers that come back together: more than the pool of connections lets wait. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ChannelProfile.class)
class CrowdIT {
    private static final int MANY = 3000;
    private static final int STREAMS = 1500;

    @Inject
    LogReader reader;

    @Inject
    Tails tails;

    @Inject
    Streams streams;

    @Inject
    Appender appender;

    @Test
    void allThatComeBackTogetherAreAnswered() {
        // Given
        StreamAddress stream = made();
        List<Future<Optional<Found>>> pages = new ArrayList<>();

        // When
        for (int i = 0; i < MANY; i++) {
            pages.add(reader.page(stream, LogReader.START));
        }
        await(Future.join(pages).otherwiseEmpty());

        // Then
        assertThat(pages).allMatch(Future::succeeded);
    }

    /** The ends of many streams are fetched one after the other, and a reader that comes then is let in. */
    @Test
    void manyStreamsThatHaveMovedKeepNoReaderOut() throws InterruptedException {
        // Given
        StreamAddress stream = made();
        CountDownLatch found = new CountDownLatch(STREAMS);
        List<Waiter> waiters = new ArrayList<>();
        List<Tail> joined = new ArrayList<>();

        // When
        for (int i = 0; i < STREAMS; i++) {
            // Nothing has this id: it is found to be gone.
            Waiter waiter = found::countDown;
            waiters.add(waiter);
            joined.add(tails.join(new StreamEnd(-1L - i, 0, 0, false), waiter));
        }
        Future<Optional<Found>> page = reader.page(stream, LogReader.START);
        await(page.otherwiseEmpty());

        // Then
        assertThat(page.succeeded()).isTrue();
        assertThat(found.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < STREAMS; i++) {
            tails.leave(joined.get(i), waiters.get(i));
        }
        ServiceOnTest.until(
                "nobody waits", () -> joined.stream().allMatch(tail -> tail.from(0) instanceof Tail.Look.Gone));
    }

    private StreamAddress made() {
        StreamAddress stream = StreamAddress.open("crowd-" + UUID.randomUUID());
        streams.create(Creation.channel(stream, null));
        assertThat(appender.append(Append.of(stream, List.of(NewRecord.raw(Buffer.buffer("1")))))
                        .join())
                .isInstanceOf(AppendOutcome.Appended.class);
        return stream;
    }
}
