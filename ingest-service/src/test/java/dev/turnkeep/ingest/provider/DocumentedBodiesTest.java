package dev.turnkeep.ingest.provider;

import static dev.turnkeep.ingest.provider.Samples.bytes;
import static dev.turnkeep.ingest.provider.Samples.reduced;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.contracts.turn.Usage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of the providers' own documentation; {@code providers/README.md} says where they stand. */
class DocumentedBodiesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ANTHROPIC | anthropic.sse | Hello! | 25 | 15",
                "OLLAMA | ollama-generate.json | The sky is blue because it is the color of the sky. | 26 | 290"
            })
    void areReadAsTheyStand(Provider provider, String name, String text, long input, long output) {
        // When
        ParsedResponse response = reduced(provider, bytes("documented/" + name));

        // Then
        assertThat(response.message().content().toString()).contains(text);
        assertThat(response.usage()).isEqualTo(new Usage(input, output, 0, 0, 0, 0));
        assertThat(response.error()).isNull();
        assertThat(response.model()).isNotNull();
    }
}
