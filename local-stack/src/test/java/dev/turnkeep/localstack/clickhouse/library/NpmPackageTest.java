package dev.turnkeep.localstack.clickhouse.library;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpmPackageTest {

    /** Of the three letters {@code abc}, from the standard that defines the algorithm. */
    private static final String ABC =
            "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";

    @Test
    void refusesAnArchiveWithAnotherChecksum(@TempDir Path folder) throws IOException {
        // Given
        Path archive = Files.writeString(folder.resolve("a.tgz"), "abc");

        // Then
        assertThatCode(() -> new NpmPackage("p", "1", ABC).verify(archive)).doesNotThrowAnyException();
        assertThatThrownBy(() -> new NpmPackage("p", "1", ABC.replace('3', '4')).verify(archive))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the archive of p@1 has the sha512 " + ABC);
    }

    @Test
    void takesOneFileOutOfAnArchive(@TempDir Path folder) throws IOException {
        // Given
        Path archive = folder.resolve("a.tgz");
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(archive)))) {
            for (String name : new String[] {"package/other", "package/wanted"}) {
                TarArchiveEntry entry = new TarArchiveEntry(name);
                byte[] content = ("content of " + name).getBytes(UTF_8);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }

        // When
        Path file = new NpmPackage("p", "1", ABC).unpack(archive, "package/wanted", folder.resolve("taken"));

        // Then
        assertThat(file).hasContent("content of package/wanted");
        assertThatThrownBy(() -> new NpmPackage("p", "1", ABC).unpack(archive, "package/none", folder.resolve("x")))
                .hasMessageContaining("no package/none in a.tgz");
    }
}
