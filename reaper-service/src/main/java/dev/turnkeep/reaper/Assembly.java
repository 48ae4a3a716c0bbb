package dev.turnkeep.reaper;

import dev.turnkeep.contracts.lifecycle.LivenessIndex;
import dev.turnkeep.contracts.turn.Topics;
import dev.turnkeep.platform.kafka.KafkaConfig;
import dev.turnkeep.platform.postgres.PostgresConfig;
import dev.turnkeep.platform.postgres.PostgresPools;
import dev.turnkeep.platform.redis.RedisKeysConfig;
import dev.turnkeep.reaper.check.CheckJob;
import dev.turnkeep.reaper.config.ReaperConfig;
import dev.turnkeep.reaper.ending.Changer;
import dev.turnkeep.reaper.ending.EndingMetrics;
import dev.turnkeep.reaper.ending.PausePoint;
import dev.turnkeep.reaper.ending.Postgres;
import dev.turnkeep.reaper.expire.ExpireJob;
import dev.turnkeep.reaper.index.Claims;
import dev.turnkeep.reaper.index.IndexStore;
import dev.turnkeep.reaper.job.Jobs;
import dev.turnkeep.reaper.reap.OpenGauges;
import dev.turnkeep.reaper.reap.ReapJob;
import dev.turnkeep.reaper.retire.RetireJob;
import dev.turnkeep.reaper.sweep.IndexRebuild;
import dev.turnkeep.reaper.sweep.SweepJob;
import dev.turnkeep.reaper.vacuum.VacuumJob;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Puts the service together. */
final class Assembly {
    /** For jobs that are not reap, and for the check. */
    private static final int OTHER_CONNECTIONS = 4;

    private Assembly() {}

    @Produces
    @Singleton
    static Postgres postgres(PostgresPools pools, PostgresConfig postgres, ReaperConfig config) {
        return new Postgres(
                pools.pool("turnkeep_reaper", config.parallel() + OTHER_CONNECTIONS),
                postgres.statementTimeout().plus(postgres.connectTimeout()));
    }

    @Produces
    @Singleton
    static IndexStore index(Redis redis, RedisKeysConfig config) {
        return new IndexStore(redis, new LivenessIndex(config.keyPrefix()));
    }

    @Produces
    @Singleton
    static Claims claims(Redis redis, RedisKeysConfig keys, ReaperConfig config, MeterRegistry registry) {
        return new Claims(redis, keys.keyPrefix(), config.claimLease(), registry);
    }

    @Produces
    @Singleton
    static Changer changer(Postgres postgres, KafkaConfig kafka, ReaperConfig config, MeterRegistry registry) {
        String topic = new Topics(kafka.topicPrefix()).turns().name();
        return new Changer(postgres, topic, config, new EndingMetrics(registry), PausePoint.NONE);
    }

    @Produces
    @Singleton
    static CheckJob check(
            Postgres postgres,
            IndexStore index,
            Changer changer,
            Clock clock,
            ReaperConfig config,
            MeterRegistry registry) {
        return new CheckJob(postgres, index, changer, clock, config, registry);
    }

    private static OpenGauges gauges(Postgres postgres, Clock clock, ReaperConfig config, MeterRegistry registry) {
        // Three runs that did not come are more than a slow one.
        Duration validFor = config.reap().every().multipliedBy(3).plusSeconds(60);
        return new OpenGauges(postgres, clock, validFor, registry);
    }

    @Produces
    @Singleton
    static Jobs jobs(
            Postgres postgres,
            IndexStore index,
            Claims claims,
            Changer changer,
            CheckJob check,
            Clock clock,
            ReaperConfig config,
            MeterRegistry registry) {
        IndexRebuild rebuild = new IndexRebuild(postgres, index, clock, config.batch(), PausePoint.NONE);
        return new Jobs(
                List.of(
                        new ReapJob(
                                rebuild,
                                index,
                                claims,
                                changer,
                                gauges(postgres, clock, config, registry),
                                clock,
                                config),
                        new SweepJob(postgres, rebuild, index, claims, changer, clock, config),
                        new ExpireJob(postgres, changer, clock, config),
                        new RetireJob(postgres, changer, clock, config),
                        new VacuumJob(postgres, index, claims, clock, config),
                        check),
                registry);
    }
}
