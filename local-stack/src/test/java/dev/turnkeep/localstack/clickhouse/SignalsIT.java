package dev.turnkeep.localstack.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnkeep.localstack.Commands;
import dev.turnkeep.localstack.Packages;
import dev.turnkeep.localstack.Settings;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.clickhouse.library.ChdbLibrary;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HotSpot finds null pointers and the ends of stacks by signals: the engine must leave them to it. */
class SignalsIT {

    @Test
    void theEngineLeavesTheSignalsToTheJvm(@TempDir Path folder) throws Exception {
        assumeTrue(
                Sources.from(Settings.ofProcess()).clickhouse() instanceof Sources.Packaged<?>,
                "CLICKHOUSE_URL or CLICKHOUSE_SOURCE chooses another server");

        // Given
        Path log = folder.resolve("probe.log");
        String tests = Path.of(SignalProbe.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
        Process probe = new ProcessBuilder(List.of(
                        Commands.java(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx128m",
                        "-cp",
                        tests + File.pathSeparator + Packages.classPath(),
                        SignalProbe.class.getName(),
                        ChdbLibrary.file().toString(),
                        folder.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();

        // When
        boolean ended = probe.waitFor(60, TimeUnit.SECONDS);
        probe.destroyForcibly();
        String output = Files.readString(log);

        // Then
        assertThat(ended).as(output).isTrue();
        assertThat(output).contains("changed: []", "null pointers: 200000", "overflows: 20", "42");
    }
}
