package dev.turnkeep.ops.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceTest {
    private static final Path CHECKOUT = Path.of("..");
    private static final List<String> SERVICES =
            List.of("ingest-service", "session-service", "reaper-service", "replication-service");

    @Test
    void thePageIsWhatTheSourcesSay() throws IOException {
        String page = Files.readString(CHECKOUT.resolve("docs/configuration.md"));

        assertThat(page)
                .as("docs/configuration.md is stale: make reference writes it")
                .isEqualTo(new Reference(CHECKOUT).page());
    }

    @Test
    void everySettingSaysWhatItDoes() throws IOException {
        List<Setting> settings = new Reference(CHECKOUT)
                .groups().stream().flatMap(group -> group.settings().stream()).toList();

        assertThat(settings).hasSizeGreaterThan(50).allSatisfy(setting -> assertThat(setting.meaning())
                .as(setting.name())
                .isNotEmpty());
    }

    @Test
    void noTwoSettingsOfAServiceShareAVariable() throws IOException {
        Reference reference = new Reference(CHECKOUT);
        List<Group> shared = reference.groups("platform");

        for (String service : SERVICES) {
            assertThat(Stream.concat(shared.stream(), reference.groups(service).stream())
                            .flatMap(group -> group.settings().stream())
                            .map(Setting::variable))
                    .as(service)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void readsNamesDefaultsGroupsAndComments(@TempDir Path folder) throws IOException {
        // Given
        Path file = Files.writeString(folder.resolve("TeaConfig.java"), """
                package tea;

                /** How tea is made. */
                @ConfigMapping(prefix = "turnkeep.tea")
                interface TeaConfig {
                    /** How long it draws, at most {@link #drawMax}. */
                    @WithDefault("3m")
                    Duration drawTime();

                    /** Who {@code drinks} it. */
                    String drinker();

                    @WithName("cup")
                    Cup vessel();

                    /** What goes in. */
                    Map<String, Integer> added();

                    interface Cup {
                        /** Its size. */
                        Optional<MemorySize> volume();
                    }
                }
                """);

        // When
        Group group = MappingSource.read("kitchen", file);

        // Then
        assertThat(group.prefix()).isEqualTo("turnkeep.tea");
        assertThat(group.meaning()).isEqualTo("How tea is made.");
        assertThat(group.settings())
                .containsExactly(
                        new Setting(
                                "turnkeep.tea.draw-time",
                                "duration: `30s`, `5m`, `1h`",
                                "3m",
                                false,
                                "How long it draws, at most `draw-max`."),
                        new Setting("turnkeep.tea.drinker", "text", "", true, "Who `drinks` it."),
                        new Setting("turnkeep.tea.cup.volume", "size: `256K`, `8M`", "", false, "Its size."),
                        new Setting("turnkeep.tea.added.<key>", "whole number", "", false, "What goes in."));
        assertThat(group.settings().getLast().variable()).isEqualTo("TURNKEEP_TEA_ADDED_{KEY}");
    }

    @Test
    void refusesATypeThatItHasNoWordsFor(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("TeaConfig.java"), """
                @ConfigMapping(prefix = "turnkeep.tea")
                interface TeaConfig {
                    /** Where it grows. */
                    Optional<Garden> garden();
                }
                """);

        assertThatThrownBy(() -> MappingSource.read("kitchen", file)).hasMessageContaining("Optional<Garden>");
    }

    @Test
    void tellsADefaultThatOtherSettingsHaveASayIn() {
        assertThat(Standard.told("3m")).isEqualTo("`3m`");
        assertThat(Standard.told("${TURNKEEP_CUPS:12}")).isEqualTo("`12`, or `TURNKEEP_CUPS` where that is set");
        assertThat(Standard.told("${turnkeep.tea.topic-prefix:tea.}pot"))
                .isEqualTo("`tea.pot`, or `TURNKEEP_TEA_TOPIC_PREFIX` in place of `tea.` where that is set");
        assertThatThrownBy(() -> Standard.told("${turnkeep.tea.pot}")).hasMessageContaining("turnkeep.tea.pot");
    }

    @Test
    void noDefaultIsPrintedAsTheSourcesWriteIt() throws IOException {
        assertThat(new Reference(CHECKOUT).page()).doesNotContain("${");
    }
}
