package dev.turnkeep.localstack.run;

import dev.turnkeep.localstack.EngineException;
import dev.turnkeep.localstack.HeldFile;
import dev.turnkeep.localstack.Settings;
import dev.turnkeep.localstack.Sources;
import dev.turnkeep.localstack.Sources.Packaged;
import dev.turnkeep.localstack.StackAddresses;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The process that owns the running system, in the foreground or not: starts everything, waits until it is told to stop,
 * stops everything. All of it happens on one thread, which a signal interrupts and then waits for.
 */
final class Run {

    // Not the engines' usual ports: those are often taken by the engines that a developer has anyway.
    private static final int KAFKA_PORT = 19092;
    private static final int POSTGRES_PORT = 15432;
    private static final int REDIS_PORT = 16379;
    private static final int CLICKHOUSE_PORT = 18123;

    // Whoever asks whether a system is running holds the lock for a moment.
    private static final Duration PROBED = Duration.ofSeconds(1);
    private static final Duration GLANCE = Duration.ofSeconds(1);

    private final Home home;
    private final Settings settings;
    private final Progress progress;

    Run(Home home, Settings settings, Progress progress) {
        this.home = home;
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * Returns when the system is down again.
     *
     * @param howToStop for the summary
     * @return the exit status
     */
    int untilStopped(String howToStop) throws IOException {
        Files.createDirectories(home.folder());
        try (HeldFile _ = HeldFile.hold(home.lock(), PROBED)) {
            RunState.ofThisProcess(false).save(home.state());
            StopSignal stop = StopSignal.interruptingThisThread();
            try {
                return run(howToStop, stop);
            } catch (EngineException | IllegalArgumentException | IOException e) {
                if (stop.hasCome()) return 0;
                progress.show(String.valueOf(e.getMessage()));
                return 1;
            } finally {
                Files.deleteIfExists(home.env());
                Files.deleteIfExists(home.state());
            }
        } catch (HeldFile.HeldElsewhere e) {
            progress.show("Turnkeep is already running from this folder. `make down` stops it.");
            return 1;
        }
    }

    private int run(String howToStop, StopSignal stop) throws IOException {
        Sources sources = withDefaultPorts(Sources.from(settings));
        List<Service> services = Service.ALL.stream()
                .map(service -> service.configured(settings))
                .toList();
        List<String> problems = PortCheck.problems(sources, services);
        if (!problems.isEmpty()) {
            progress.show(String.join("\n", problems));
            return 1;
        }
        boolean again = Files.exists(home.data());
        progress.say(again ? "starting on the data of the last run" : "starting with empty data");
        Secrets secrets = Secrets.open(home.secrets());
        LocalSystem system = new LocalSystem(home, sources, progress);
        try {
            start(system, services, secrets, howToStop);
            stop.interruptNoMore();
            watch(system, stop);
        } finally {
            stop.interruptNoMore();
            system.close();
        }
        return 0;
    }

    private void start(LocalSystem system, List<Service> services, Secrets secrets, String howToStop)
            throws IOException {
        StackAddresses engines = system.startEngines();
        system.startServices(services, ServiceEnvironment.of(engines, secrets), System.getenv());
        DevelopmentKey key = DevelopmentKey.obtain(url(services, Service.SESSION), secrets);
        progress.say(key.fresh() ? "made a development key" : "the development key is still good");
        PrivateFile.write(
                home.env(), new EnvFile(system.forTools(engines), services, key.value(), secrets.adminKey()).text());
        if (secrets.sample().isEmpty()) tellSample(services, key.value(), secrets);
        progress.show(new Summary(engines, services, secrets.sample()).text(howToStop));
        RunState.ofThisProcess(true).save(home.state());
    }

    private void tellSample(List<Service> services, String key, Secrets secrets) throws IOException {
        Instant now = Instant.now();
        Conversation conversation = Conversation.of("sample-" + now.getEpochSecond(), now);
        progress.say("posting a sample conversation of " + conversation.turns().size() + " turns");
        progress.show(Sample.tell(
                conversation,
                new Api(url(services, Service.INGEST), key),
                new Api(url(services, Service.SESSION), key)));
        secrets.keepSample(conversation.harnessSession());
    }

    /** Until the signal comes. What dies meanwhile is named once; the rest goes on, as it would elsewhere. */
    private void watch(LocalSystem system, StopSignal stop) {
        List<Service> known = List.of();
        while (!stop.comesWithin(GLANCE)) {
            List<Service> dead = system.dead();
            for (Service service : dead)
                if (!known.contains(service))
                    progress.say(service.name() + " has died: see " + home.log(service.name()));
            known = dead;
        }
    }

    private static URI url(List<Service> services, Service wanted) {
        return services.stream()
                .filter(service -> service.name().equals(wanted.name()))
                .findFirst()
                .orElseThrow()
                .url();
    }

    private static Sources withDefaultPorts(Sources sources) {
        return new Sources(
                withPort(sources.kafka(), KAFKA_PORT),
                withPort(sources.postgres(), POSTGRES_PORT),
                withPort(sources.redis(), REDIS_PORT),
                withPort(sources.clickhouse(), CLICKHOUSE_PORT));
    }

    private static <A> Sources.Source<A> withPort(Sources.Source<A> source, int port) {
        return switch (source) {
            case Packaged<A>(int chosen) -> new Packaged<>(chosen == 0 ? port : chosen);
            case Sources.Container<A>(int chosen) -> new Sources.Container<>(chosen == 0 ? port : chosen);
            case Sources.External<A> external -> external;
        };
    }
}
