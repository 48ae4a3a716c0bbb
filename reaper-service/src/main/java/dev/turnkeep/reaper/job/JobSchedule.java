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
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

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
        Pauses pauses = new Pauses(job.byTimeOfDay(), FIRST_RETRY);
        Duration pause = job.untilFirst(clock.instant());
        while (!stops(pause)) {
            boolean done = ran(job);
            pause = pauses.after(
                    done,
                    job.untilNext(clock.instant()),
                    ThreadLocalRandom.current().nextDouble());
        }
    }

    private boolean ran(Job job) {
        try {
            jobs.run(job);
            return true;
        } catch (RuntimeException | Error toldAlready) {
            // Whatever it was, the job has its next turn: nobody else would start it again.
            return false;
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

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping.countDown();
        for (Thread thread : threads) {
            thread.join(Duration.ofSeconds(STOP_SECONDS));
        }
    }
}
