package dev.turnkeep.contracts.price;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.turnkeep.contracts.json.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Rates as price lists write them. */
public final class RatesJson {
    private RatesJson() {}

    public static String write(Rates rates) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = Json.FACTORY.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<Unit, Rate> rate : rates.byUnit().entrySet()) {
                json.writeFieldName(rate.getKey().key());
                write(rate.getValue(), json);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return text.toString();
    }

    /** SHA-256 of the rates as they are written, in hexadecimal. */
    static String digest(Rates rates) {
        try {
            byte[] text = write(rates).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void write(Rate rate, JsonGenerator json) throws IOException {
        if (rate.tiers().isEmpty()) {
            json.writeNumber(plain(rate.base()));
            return;
        }
        json.writeStartObject();
        json.writeFieldName("base");
        json.writeNumber(plain(rate.base()));
        json.writeArrayFieldStart("tiers");
        for (Rate.Tier tier : rate.tiers()) {
            json.writeStartObject();
            json.writeNumberField("start", tier.start());
            json.writeFieldName("price");
            json.writeNumber(plain(tier.price()));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String plain(BigDecimal number) {
        return number.toPlainString();
    }

    /**
     * Rates that were kept at some time; empty when they have a unit that this version does not know: a later version, which
     * was here before, may have charged by it.
     */
    public static Optional<Rates> kept(String text) {
        try {
            return Optional.of(parse(text));
        } catch (InvalidPrices e) {
            return Optional.empty();
        }
    }

    /** @throws InvalidPrices for what {@link #write} does not write */
    public static Rates parse(String text) {
        return Rates.read(Document.parse("rates", text.getBytes(StandardCharsets.UTF_8)), true);
    }
}
