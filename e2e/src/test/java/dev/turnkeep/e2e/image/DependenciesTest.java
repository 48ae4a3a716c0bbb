package dev.turnkeep.e2e.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jars that the packaged services bring along hold nothing that nobody has looked at; docs/native.md sums it up. */
class DependenciesTest {
    private static final Path CHECKOUT = Path.of(System.getProperty("turnkeep.checkout", ".."));
    private static final List<String> SERVICES =
            List.of("ingest-service", "session-service", "reaper-service", "replication-service");
    private static final ClassDesc RANDOM = ClassDesc.of("java.util.Random");
    private static final Path FILE = Path.of("src/test/resources/image/dependencies.txt");

    private static final Map<String, Collection<Jar>> JARS = new TreeMap<>();
    /** Whose jars may be excused as a whole: they are what Quarkus' extensions are made of, or made for. */
    private static final Set<String> OWNED = Set.of(
            "io.quarkus.*",
            "io.smallrye.*",
            "io.netty.*",
            "io.vertx.*",
            "io.micrometer.*",
            "io.opentelemetry.*",
            "io.prometheus.*",
            "org.jboss.*");

    private static Reasons reasons;
    private static AtRunTime atRunTime;

    @BeforeAll
    static void read() throws IOException {
        reasons = Reasons.read(FILE);
        atRunTime = Registrations.of(CHECKOUT, List.of("platform", "session-service", "replication-service"))
                .atRunTime();
        Map<String, Jar> seen = new HashMap<>();
        for (String service : SERVICES) {
            JARS.put(service, jars(CHECKOUT.resolve(service).resolve("target/quarkus-app"), seen));
        }
    }

    @Test
    void everyFindingHasAReason() {
        assertThat(findings()).hasSizeGreaterThan(100);
        assertThat(reasons.open(findings()))
                .as("say in %s why it does no harm, or see to it", FILE)
                .isEmpty();
    }

    @Test
    void everyReasonIsStillNeeded() {
        assertThat(reasons.idle(findings())).isEmpty();
    }

    /** A line for all that may come excuses also what nobody has looked at. */
    @Test
    void onlyWhatExtensionsOwnIsExcusedAsAWhole() {
        assertThat(reasons.lines())
                .filteredOn(Reasons.Line::whole)
                .extracting(Reasons.Line::subject)
                .isNotEmpty()
                .isSubsetOf(OWNED);
    }

    @Test
    void whatIsRegisteredByNameIsThere() throws IOException {
        for (String service : SERVICES) {
            Set<String> there = new TreeSet<>();
            jarsOf(service).forEach(jar -> there.addAll(jar.classes()));

            assertThat(registrations(service).classes())
                    .as(service)
                    .isNotEmpty()
                    .allMatch(name -> {
                        String type = name.replace('.', '/');
                        return there.contains(type)
                                || ClassLoader.getPlatformClassLoader().getResource(type + ".class") != null;
                    });
        }
    }

    @Test
    void servicesThatAreOursToRegisterAreRegistered() throws IOException {
        for (String service : SERVICES) {
            Registrations registered = registrations(service);
            for (Jar jar : jarsOf(service)) {
                jar.services().forEach((sought, implementations) -> {
                    if (reasons.registered(Finding.Kind.SERVICE).contains(sought)) {
                        assertThat(registered.includes("META-INF/services/" + sought))
                                .as("%s: the file of %s", service, sought)
                                .isTrue();
                        assertThat(registered.classes()).as(service).containsAll(implementations);
                    }
                });
            }
        }
    }

    @Test
    void nativeLibrariesThatAreOursToIncludeAreIncluded() throws IOException {
        for (String service : SERVICES) {
            Registrations registered = registrations(service);
            assertThat(jarsOf(service).stream()
                            .filter(jar ->
                                    reasons.registered(Finding.Kind.LIBRARY).contains(jar.name()))
                            .flatMap(jar -> jar.libraries().stream())
                            .filter(library -> library.matches("linux/(amd64|aarch64)/.*")))
                    .as(service)
                    .hasSize(2)
                    .allMatch(registered::includes);
        }
    }

    /** The check is itself checked: a jar that does all of it, and that no line speaks of. */
    @Test
    void findsWhatNobodyHasLookedAt(@TempDir Path folder) throws IOException {
        // Given
        ClassDesc name = ClassDesc.of("some.Made");
        byte[] type = ClassFile.of().build(name, made -> made.withField(
                        "unsafe", ClassDesc.of("sun.misc.Unsafe"), field -> {})
                .withMethodBody(
                        ConstantDescs.CLASS_INIT_NAME,
                        ConstantDescs.MTD_void,
                        ClassFile.ACC_STATIC,
                        code -> code.invokestatic(name, "run", ConstantDescs.MTD_void)
                                .return_())
                .withMethodBody("run", ConstantDescs.MTD_void, ClassFile.ACC_STATIC, code -> code.new_(
                                ClassDesc.of("gone.away.Absent"))
                        .pop()
                        .new_(RANDOM)
                        .dup()
                        .invokespecial(RANDOM, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                        .pop()
                        .getstatic(ClassDesc.of("sun.misc.Unsafe"), "INVALID_FIELD_OFFSET", ConstantDescs.CD_int)
                        .pop()
                        .return_()));
        Path file = folder.resolve("made-up-1.2.3.jar");
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out)) {
            put(jar, "some/Made.class", type);
            put(jar, "META-INF/services/some.Service", "some.Made # why".getBytes(StandardCharsets.UTF_8));
            put(jar, "linux/amd64/libmade.so", new byte[0]);
        }

        // When
        Jar jar = Jar.read(file, atRunTime);

        // Then
        assertThat(jar.services()).containsEntry("some.Service", List.of("some.Made"));
        assertThat(reasons.open(Finding.in(List.of(jar))))
                .extracting(Finding::toString)
                .containsExactlyInAnyOrder(
                        "missing | made-up | gone.away",
                        "service | some.Service",
                        "library | made-up",
                        "unsafe | made-up",
                        "early | made-up | some.Made");
    }

    /** As Kafka's reader of LZ4 does: a static field holds what another jar's class makes, which waits for the run. */
    @Test
    void findsWhoeverHoldsWhatWaitsForTheRun(@TempDir Path folder) throws IOException {
        // Given
        ClassDesc factory = ClassDesc.of("net.jpountz.lz4.LZ4Factory");
        byte[] type = ClassFile.of()
                .build(
                        ClassDesc.of("some.Holder"),
                        holder -> holder.withMethodBody(
                                ConstantDescs.CLASS_INIT_NAME,
                                ConstantDescs.MTD_void,
                                ClassFile.ACC_STATIC,
                                code -> code.invokestatic(factory, "fastestInstance", MethodTypeDesc.of(factory))
                                        .pop()
                                        .return_()));
        Path file = folder.resolve("holder-1.jar");
        Path waiting = folder.resolve("waiting-1.jar");
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out)) {
            put(jar, "some/Holder.class", type);
        }
        try (OutputStream out = Files.newOutputStream(waiting);
                JarOutputStream jar = new JarOutputStream(out)) {
            put(jar, "some/Holder.class", type);
            String options = "Args = --no-fallback \\\n --initialize-at-run-time=other.One,some.Holder\n";
            put(jar, "META-INF/native-image/native-image.properties", options.getBytes(StandardCharsets.UTF_8));
        }

        // Then
        assertThat(Jar.read(file, atRunTime).early()).containsExactly("some/Holder");
        assertThat(Jar.read(waiting, atRunTime).early()).isEmpty();
        assertThat(Jar.read(file, new AtRunTime(List.of())).early()).isEmpty();
    }

    private static Set<Finding> findings() {
        Set<Finding> findings = new TreeSet<>();
        JARS.values().forEach(jars -> findings.addAll(Finding.in(jars)));
        return findings;
    }

    private static Collection<Jar> jarsOf(String service) {
        return JARS.getOrDefault(service, List.of());
    }

    private static Registrations registrations(String service) throws IOException {
        return Registrations.of(CHECKOUT, List.of("contracts", "platform", service));
    }

    /** Those of the packaged application; what Quarkus itself has generated for it is its own business. */
    private static Collection<Jar> jars(Path application, Map<String, Jar> seen) throws IOException {
        assertThat(application).as("package the services first").isDirectory();
        Map<String, Jar> jars = new TreeMap<>();
        for (String folder : List.of("lib/main", "lib/boot", "app")) {
            try (Stream<Path> files = Files.list(application.resolve(folder))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".jar")).toList()) {
                    String name = String.valueOf(file.getFileName());
                    jars.put(name, seen.computeIfAbsent(name, unread -> open(file)));
                }
            }
        }
        return jars.values();
    }

    private static Jar open(Path file) {
        try {
            return Jar.read(file, atRunTime);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(JarOutputStream jar, String name, byte[] content) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(content);
        jar.closeEntry();
    }
}
