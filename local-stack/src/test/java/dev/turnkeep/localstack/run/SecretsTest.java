package dev.turnkeep.localstack.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {

    @TempDir
    Path folder = Path.of("");

    @Test
    void areMadeOnceAndReadByTheirOwnerOnly() throws IOException {
        // Given
        Path file = folder.resolve("new/secrets");

        // When
        Secrets first = Secrets.open(file);
        Secrets second = Secrets.open(file);

        // Then
        assertThat(Base64.getDecoder().decode(first.masterKey())).hasSize(32);
        assertThat(second.masterKey()).isEqualTo(first.masterKey());
        assertThat(second.adminKey()).isEqualTo(first.adminKey()).startsWith("tk_admin_");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void twoCheckoutsHaveDifferentOnes() throws IOException {
        // When
        Secrets one = Secrets.open(folder.resolve("one"));
        Secrets two = Secrets.open(folder.resolve("two"));

        // Then
        assertThat(one.masterKey()).isNotEqualTo(two.masterKey());
        assertThat(one.adminKey()).isNotEqualTo(two.adminKey());
    }

    @Test
    void rememberTheDevelopmentKeyUntilItIsForgotten() throws IOException {
        // Given
        Path file = folder.resolve("secrets");
        Secrets secrets = Secrets.open(file);
        String masterKey = secrets.masterKey();

        // When
        secrets.keepOrg("org");
        secrets.keepApiKey("key=with:odd characters");
        secrets.keepSample("sample-1");

        // Then
        assertThat(Secrets.open(file).org()).hasValue("org");
        assertThat(Secrets.open(file).apiKey()).hasValue("key=with:odd characters");
        assertThat(Secrets.open(file).sample()).hasValue("sample-1");

        // When
        secrets.forgetDevelopmentKey();

        // Then
        assertThat(Secrets.open(file).org()).isEmpty();
        assertThat(Secrets.open(file).apiKey()).isEmpty();
        assertThat(Secrets.open(file).sample()).isEmpty();
        assertThat(Secrets.open(file).masterKey()).isEqualTo(masterKey);
    }
}
