package dev.turnkeep.reaper.job;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Runs each enabled job by its schedule, on a thread of its own, from start to stop. */
@Singleton
class JobSchedule {
    private static final long STOP_SECONDS = 10;
    /** Up to a tenth earlier, so that instances that were started together drift apart. */
    private static final double JITTER = 0.1;

    private final Jobs jobs;
    private final Clock clock;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();

    JobSchedule(Jobs jobs, Clock clock) {
        this.jobs = jobs;
        this.clock = clock;
    }

    void start(@Observes StartupEvent started) {
        for (Job job : jobs.all()) {
            if (job.enabled()) {
                threads.add(Thread.ofVirtual().name("job-" + job.name()).start(() -> repeat(job)));
            }
        }
    }

    private void repeat(Job job) {
        Duration pause = job.untilFirst(clock.instant());
        while (!stops(pause)) {
            try {
                jobs.run(job);
            } catch (RuntimeException toldAlready) {
                // The next run may do better.
            }
            pause = earlier(job.untilNext(clock.instant()));
        }
    }

    private boolean stops(Duration pause) {
        try {
            return stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static Duration earlier(Duration pause) {
        double share = 1 - ThreadLocalRandom.current().nextDouble() * JITTER;
        return Duration.ofMillis(Math.max(1, Math.round(pause.toMillis() * share)));
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        for (Thread thread : threads) {
            thread.join(Duration.ofSeconds(STOP_SECONDS));
        }
    }
}
