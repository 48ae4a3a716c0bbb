package dev.turnkeep.reaper.job;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/** The jobs of this instance by name. A run on demand waits for the one under way, and then does its own. */
public final class Jobs {
    private static final Logger LOG = Logger.getLogger(Jobs.class);

    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final Map<String, ReentrantLock> locks = new LinkedHashMap<>();
    private final MeterRegistry registry;

    public Jobs(List<Job> all, MeterRegistry registry) {
        this.registry = registry;
        for (Job job : all) {
            jobs.put(job.name(), job);
            locks.put(job.name(), new ReentrantLock());
        }
    }

    public List<Job> all() {
        return List.copyOf(jobs.values());
    }

    public Optional<Job> named(String name) {
        return Optional.ofNullable(jobs.get(name));
    }

    /** Runs a job, measured; a failure is counted, logged and thrown. */
    public Counts run(Job job) {
        ReentrantLock lock = locks.computeIfAbsent(job.name(), name -> new ReentrantLock());
        lock.lock();
        try {
            Timer.Sample sample = Timer.start(registry);
            Counts counts = job.run();
            sample.stop(registry.timer("turnkeep_reaper_job", "job", job.name()));
            LOG.debugf("job done: job=%s %s", job.name(), counts);
            return counts;
        } catch (RuntimeException | Error e) {
            registry.counter("turnkeep_reaper_job_failures", "job", job.name()).increment();
            LOG.warnf(e, "job failed: job=%s", job.name());
            throw e;
        } finally {
            lock.unlock();
        }
    }
}
