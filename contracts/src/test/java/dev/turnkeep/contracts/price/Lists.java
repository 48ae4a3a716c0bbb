package dev.turnkeep.contracts.price;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** The lists that tests price with. */
final class Lists {
    private Lists() {}

    static PriceList vendored() {
        return PriceList.read("genai-prices.json", resource("/price/genai-prices.json"));
    }

    static byte[] resource(String name) {
        try (InputStream in = Objects.requireNonNull(Lists.class.getResourceAsStream(name))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
