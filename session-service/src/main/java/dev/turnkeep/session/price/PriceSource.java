package dev.turnkeep.session.price;

import dev.turnkeep.contracts.price.Overrides;
import dev.turnkeep.contracts.price.PriceList;
import dev.turnkeep.contracts.price.Prices;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.logging.Logger;

/** Reads the prices when the service starts: a file that cannot be meant is found then, not with some turn. */
@Singleton
public class PriceSource {
    private static final Logger LOG = Logger.getLogger(PriceSource.class);
    private static final String PUBLISHED = "/price/genai-prices.json";

    private final Prices prices;

    PriceSource(PricesConfig config) {
        PriceList list = config.list()
                .map(file -> PriceList.read(file.toString(), bytes(file)))
                .orElseGet(PriceSource::published);
        Overrides overrides = config.overrides()
                .map(file -> Overrides.read(file.toString(), bytes(file)))
                .orElse(Overrides.NONE);
        this.prices = new Prices(overrides, list);
    }

    @Produces
    @Singleton
    Prices prices() {
        return prices;
    }

    void start(@Observes StartupEvent started) {
        LOG.infof(
                "prices read: list=%s@%s overrides=%d version=%s",
                prices.list().source(),
                prices.list().version(),
                prices.overrides().size(),
                prices.overrides().version());
    }

    /** The list that comes with this version. */
    public static PriceList published() {
        try (InputStream list = PriceList.class.getResourceAsStream(PUBLISHED)) {
            if (list == null) {
                throw new IllegalStateException("the price list is not on the class path");
            }
            return PriceList.read("genai-prices.json", list.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the prices in " + file + " cannot be read", e);
        }
    }
}
