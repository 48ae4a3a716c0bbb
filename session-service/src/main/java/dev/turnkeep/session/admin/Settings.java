package dev.turnkeep.session.admin;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of an environment; what is null stays.
 *
 * @param byHarness idle timeouts that go before {@code idle}
 * @param channelRetention how long channels are read after their session is over; of those that end from now on
 * @param rateLimit requests of a key per window; 0 for what is configured
 * @param publicRateLimit the same for public tokens that a key has signed
 */
record Settings(
        @Nullable Duration idle,
        @Nullable Map<String, Duration> byHarness,
        @Nullable Duration channelRetention,
        @Nullable Integer rateLimit,
        @Nullable Integer publicRateLimit) {}
