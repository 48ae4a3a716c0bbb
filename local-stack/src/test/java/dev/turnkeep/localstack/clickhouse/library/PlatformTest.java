package dev.turnkeep.localstack.clickhouse.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.localstack.EngineException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformTest {

    @Test
    void saysOnWhichMachinesTheLibraryRunsAndWhatElseThereIs(@TempDir Path cache) {
        assertThatThrownBy(() -> ChdbLibrary.in(cache, new Platform("Mac OS X", "aarch64", false, true)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("none for Mac OS X on aarch64")
                .hasMessageContaining("CLICKHOUSE_SOURCE=containers")
                .hasMessageContaining("CLICKHOUSE_URL=");
        assertThatThrownBy(() -> ChdbLibrary.in(cache, new Platform("Linux", "amd64", false, true)))
                .hasMessageContaining("glibc")
                .hasMessageContaining("CLICKHOUSE_URL=");
    }

    @Test
    void asksForNpmWhenTheLibraryHasToBeFetched(@TempDir Path cache) {
        assertThatThrownBy(() -> ChdbLibrary.in(cache, new Platform("Linux", "amd64", true, false)))
                .hasMessageContaining("install npm once")
                .hasMessageContaining("CLICKHOUSE_SOURCE=containers");
        assertThat(cache).isEmptyDirectory();
    }
}
