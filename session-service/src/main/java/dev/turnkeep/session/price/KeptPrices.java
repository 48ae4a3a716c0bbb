package dev.turnkeep.session.price;

import static dev.turnkeep.platform.postgres.Await.await;

import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.price.Price;
import dev.turnkeep.contracts.price.RatesJson;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Keeps each price that a turn is charged by, so that the cost can be explained when the list has long been replaced. Written
 * before the turn and outside its transaction: a price without a turn harms nobody, and no lock on it is ever waited for.
 * Written again every now and then: a database that was set back to an earlier time may have lost it.
 */
public final class KeptPrices {
    private static final String KEEP = """
            INSERT INTO prices (ref, source, version, provider, model, rates)
            SELECT p.ref, p.source, p.version, p.provider, p.model, p.rates::json
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
                AS p (ref, source, version, provider, model, rates)
            ORDER BY p.ref
            ON CONFLICT (ref) DO NOTHING
            """;

    private static final long REMEMBERED = Duration.ofMinutes(1).toNanos();

    private final Pool pool;
    private final LongSupplier nanos;
    /** When each was written: as many as the list and the overrides have. */
    private final ConcurrentMap<String, Long> kept = new ConcurrentHashMap<>();

    public KeptPrices(Pool pool) {
        this(pool, System::nanoTime);
    }

    /** @param nanos a steady clock */
    public KeptPrices(Pool pool, LongSupplier nanos) {
        this.pool = pool;
        this.nanos = nanos;
    }

    /** Returns when all of the prices are stored. */
    public void keep(Collection<Charge> charges) {
        long now = nanos.getAsLong();
        Map<String, Price> missing = new TreeMap<>();
        for (Charge charge : charges) {
            Price price = charge.price();
            if (price != null && !isKept(price.ref(), now)) {
                missing.put(price.ref(), price);
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        List<Price> prices = List.copyOf(missing.values());
        await(pool.preparedQuery(KEEP)
                .execute(Tuple.of(
                        column(prices, Price::ref),
                        column(prices, Price::source),
                        column(prices, Price::version),
                        column(prices, Price::provider),
                        column(prices, Price::model),
                        column(prices, price -> RatesJson.write(price.rates())))));
        missing.keySet().forEach(ref -> kept.put(ref, now));
    }

    private boolean isKept(String ref, long now) {
        Long written = kept.get(ref);
        return written != null && now - written < REMEMBERED;
    }

    private static String[] column(List<Price> prices, Function<Price, String> column) {
        return prices.stream().map(column).toArray(String[]::new);
    }
}
