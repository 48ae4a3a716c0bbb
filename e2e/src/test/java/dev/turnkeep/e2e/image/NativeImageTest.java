package dev.turnkeep.e2e.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nothing of ours does what a native image cannot follow; the list of reasons is in docs/native.md. */
class NativeImageTest {
    private static final Path CHECKOUT = Path.of(System.getProperty("turnkeep.checkout", ".."));
    private static final List<String> MODULES = List.of(
            "contracts", "platform", "ingest-service", "session-service", "reaper-service", "replication-service");
    /** Read when an image is built, or by an extension that registers what it reads; schemas and licences nobody reads. */
    private static final Pattern HANDLED =
            Pattern.compile("application\\.properties|META-INF/.*|db/migration/.*|schema/.*|price/.*LICENSE");

    private static ClosedWorld services;

    @BeforeAll
    static void read() {
        services = new ClosedWorld(classes());
    }

    @Test
    void findsWhatIsDoneOnPurpose() {
        // Given
        JavaClasses faulty = new ClassFileImporter()
                .importClasses(
                        Unregistered.class,
                        Unregistered.Indirect.class,
                        Unregistered.Loose.class,
                        Unregistered.Inner.class,
                        Unregistered.OwnSerializer.class);

        // When
        ClosedWorld world = new ClosedWorld(faulty);

        // Then
        String owner = Unregistered.class.getName();
        assertThat(world.madeTooEarly())
                .hasSize(2)
                .allMatch(fault -> fault.contains("SecureRandom"))
                .anyMatch(fault -> fault.startsWith(owner + " calls"))
                .anyMatch(fault -> fault.startsWith(owner + "$Indirect calls"));
        assertThat(world.foundByName())
                .singleElement()
                .asString()
                .startsWith(owner)
                .contains("forName");
        assertThat(world.unregistered())
                .hasSize(2)
                .anyMatch(fault -> fault.startsWith(owner + "$Loose"))
                .anyMatch(fault -> fault.startsWith(owner + "$Inner"));
        assertThat(world.unknownToKafka()).singleElement().asString().startsWith(owner + "$OwnSerializer");
    }

    @Test
    void nothingThatBelongsToAProcessIsMadeWithTheImage() {
        assertThat(services.madeTooEarly()).isEmpty();
    }

    @Test
    void nothingIsFoundByItsName() {
        assertThat(services.foundByName()).isEmpty();
    }

    @Test
    void whateverIsJsonIsRegistered() {
        assertThat(services.unregistered()).isEmpty();
    }

    @Test
    void whateverKafkaMakesIsRegistered() {
        assertThat(services.unknownToKafka()).isEmpty();
    }

    @Test
    void everyFileThatIsReadAtRunTimeIsIncluded() throws IOException {
        for (String module : MODULES) {
            Path resources = CHECKOUT.resolve(module).resolve("src/main/resources");
            if (!Files.isDirectory(resources)) {
                continue;
            }
            Registrations registered = Registrations.of(CHECKOUT, List.of(module));
            try (Stream<Path> files = Files.walk(resources)) {
                assertThat(files.filter(Files::isRegularFile)
                                .map(file -> resources.relativize(file).toString())
                                .filter(file -> !HANDLED.matcher(file).matches()))
                        .as(module)
                        .allMatch(registered::includes);
            }
        }
    }

    @Test
    void findsAFileThatIsLeftOut() throws IOException {
        Registrations registered = Registrations.of(CHECKOUT, List.of("contracts", "platform", "replication-service"));

        assertThat(registered.includes("clickhouse/0001_sessions.sql")).isTrue();
        assertThat(registered.includes("clickhouse/notes.txt")).isFalse();
        assertThat(HANDLED.matcher("templates/mail.txt").matches() || registered.includes("templates/mail.txt"))
                .isFalse();
    }

    /** Those whose native half looks for fields: an upgrade may bring more. */
    @Test
    void everyClassOfZstdWithANativeHalfIsRegistered() throws IOException {
        Set<String> half = new TreeSet<>();
        new ClassFileImporter()
                .importPackages("com.github.luben.zstd").stream()
                        .filter(type -> type.getMethods().stream()
                                .anyMatch(method ->
                                        Modifier.isNative(method.reflect().getModifiers())))
                        .forEach(type -> half.add(type.getName()));

        assertThat(half).isNotEmpty();
        assertThat(Registrations.of(CHECKOUT, List.of("platform")).classes()).containsAll(half);
    }

    private static JavaClasses classes() {
        List<Path> folders = new ArrayList<>();
        for (String module : MODULES) {
            Path folder = CHECKOUT.resolve(module).resolve("target/classes");
            assertThat(folder).as("build %s first", module).isDirectory();
            folders.add(folder);
        }
        return new ClassFileImporter().importPaths(folders);
    }
}
