package dev.turnkeep.session.channel.durable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.session.channel.ChannelProfile;
import dev.turnkeep.session.channel.log.Append;
import dev.turnkeep.session.channel.log.AppendOutcome;
import dev.turnkeep.session.channel.log.Appender;
import dev.turnkeep.session.channel.log.Creation;
import dev.turnkeep.session.channel.log.NewRecord;
import dev.turnkeep.session.channel.log.StreamAddress;
import dev.turnkeep.session.channel.log.Streams;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.buffer.Buffer;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ChannelProfile.class)
class TrimmingIT {
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
        StreamAddress stream = StreamAddress.open("full-" + UUID.randomUUID());
        streams.create(Creation.channel(stream, null));
        Append append = Append.of(stream, List.of(NewRecord.raw(Buffer.buffer(new byte[1_000_000]))));
        AppendOutcome last = appender.append(append).join();
        while (last instanceof AppendOutcome.Appended) {
            last = appender.append(append).join();
        }

        // When
        AppendOutcome written = trimming.makeRoomFor(append);

        // Then
        assertThat(last).isInstanceOf(AppendOutcome.Full.class);
        assertThat(written).isInstanceOf(AppendOutcome.Appended.class);
        assertThat(channels.head(stream)).hasValueSatisfying(view -> {
            assertThat(view.first()).isEqualTo(1);
            assertThat(view.next()).isEqualTo(5);
        });
    }
}
