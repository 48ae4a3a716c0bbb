package dev.turnkeep.session.channel.durable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.session.channel.ChannelProfile;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.AppendOutcome;
import dev.turnkeep.session.channel.log.Appender;
import dev.turnkeep.session.channel.log.Creation;
import dev.turnkeep.session.channel.log.NewRecord;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.log.Streams;
import dev.turnkeep.session.turn.ServiceOnTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ChannelProfile.class)
class TrimmingIT {
    private static final int WRITERS = 8;

    @Nullable
    TestSpace space;

    @Inject
    Trimming trimming;

    @Inject
    Appender appender;

    @Inject
    Streams streams;

    @Inject
    Channels channels;

    @Test
    void aFullStreamLosesItsOldestQuarterAndIsWritten() {
        // Given
        StreamAddress stream = full();

        // When
        AppendOutcome written = trimming.makeRoomFor(large(stream));

        // Then
        assertThat(written).isInstanceOf(AppendOutcome.Appended.class);
        assertThat(channels.head(stream)).hasValueSatisfying(view -> {
            assertThat(view.first()).isEqualTo(1);
            assertThat(view.next()).isEqualTo(5);
        });
    }

    @Test
    void manyWritersOfAFullStreamTrimItOnce() throws ExecutionException, InterruptedException {
        // Given
        StreamAddress stream = full();
        List<Future<AppendOutcome>> written = new ArrayList<>();

        // When
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < WRITERS; i++) {
                written.add(threads.submit(() -> trimming.makeRoomFor(
                        Append.of(stream, List.of(NewRecord.raw(Buffer.buffer(new byte[100_000])))))));
            }
        }

        // Then
        for (Future<AppendOutcome> one : written) {
            assertThat(one.get()).isInstanceOf(AppendOutcome.Appended.class);
        }
        assertThat(channels.head(stream)).hasValueSatisfying(view -> {
            assertThat(view.first()).isEqualTo(1);
            assertThat(view.next()).isEqualTo(4 + WRITERS);
        });
    }

    /** As a lock for all streams of the node would have it. */
    @Test
    void aFullStreamThatSomebodyHoldsKeepsNoOtherWaiting()
            throws SQLException, ExecutionException, InterruptedException {
        // Given
        StreamAddress held = full();
        StreamAddress free = full();
        Future<AppendOutcome> waiting;
        AppendOutcome written;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                Connection holder = Objects.requireNonNull(space).postgres().connect()) {
            holder.setAutoCommit(false);
            try (var statement = holder.createStatement()) {
                statement.execute("SELECT 1 FROM streams WHERE name = '%s' FOR UPDATE".formatted(held.name()));
            }
            waiting = threads.submit(() -> trimming.makeRoomFor(large(held)));
            ServiceOnTest.until("the one waits", this::somebodyWaits);

            // When
            written = trimming.makeRoomFor(large(free));

            // Then
            assertThat(written).isInstanceOf(AppendOutcome.Appended.class);
            assertThat(waiting.isDone()).isFalse();
            holder.rollback();
        }
        assertThat(waiting.get()).isInstanceOf(AppendOutcome.Appended.class);
    }

    /** More than a quarter has to go for something large; what was given up and is not removed yet may be enough. */
    @Test
    void asMuchGoesAsIsNeededAndNoMore() {
        // Given
        StreamAddress stream = full();
        AppendOutcome.Appended given = (AppendOutcome.Appended)
                appender.append(Append.trimming(stream, 2)).join();

        // When
        AppendOutcome written = trimming.makeRoomFor(large(stream));

        // Then
        assertThat(given.end().next()).isEqualTo(4);
        assertThat(written).isInstanceOf(AppendOutcome.Appended.class);
        assertThat(channels.head(stream))
                .hasValueSatisfying(view -> assertThat(view.first()).isEqualTo(2));
    }

    private boolean somebodyWaits() {
        try (Connection looking = Objects.requireNonNull(space).postgres().connect();
                var statement = looking.createStatement();
                var rows = statement.executeQuery("""
                        SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
                        """)) {
            return rows.next();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private StreamAddress full() {
        StreamAddress stream = StreamAddress.open("full-" + UUID.randomUUID());
        streams.create(Creation.channel(stream, null));
        AppendOutcome last = appender.append(large(stream)).join();
        while (last instanceof AppendOutcome.Appended) {
            last = appender.append(large(stream)).join();
        }
        assertThat(last).isInstanceOf(AppendOutcome.Full.class);
        return stream;
    }

    private static Append large(StreamAddress stream) {
        return Append.of(stream, List.of(NewRecord.raw(Buffer.buffer(new byte[1_000_000]))));
    }
}
