package dev.turnkeep.contracts.price;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An operator's own prices, which go before any list: the first that fits a turn is its price. */
public final class Overrides {
    public static final String SOURCE = "override";
    public static final Overrides NONE = new Overrides("none", List.of());

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Set<String> MEMBERS =
            Set.of("name", "provider", "model", "service_tier", "from", "until", "rates");
    private static final int VERSION = 12;

    private final String version;
    private final List<Own> overrides;

    private Overrides(String version, List<Own> overrides) {
        this.version = version;
        this.overrides = List.copyOf(overrides);
    }

    /**
     * @param tier which ways of being served the price is for; null for the usual one
     * @param from the price holds at and after it; null for always
     * @param until the price holds before it; null for always
     */
    private record Own(
            String name,
            Match provider,
            Match model,
            @Nullable Match tier,
            @Nullable Instant from,
            @Nullable Instant until,
            Rates rates) {
        boolean fits(String aProvider, String aModel, @Nullable String aTier, Instant at) {
            return provider.accepts(aProvider)
                    && model.accepts(aModel)
                    && (aTier == null ? tier == null : tier != null && tier.accepts(aTier))
                    && (from == null || !at.isBefore(from))
                    && (until == null || at.isBefore(until));
        }
    }

    /** A short digest of what the overrides say: a price of another version is another price. */
    public String version() {
        return version;
    }

    public int size() {
        return overrides.size();
    }

    /** @throws InvalidPrices saying where, when something in it cannot be meant */
    public static Overrides read(String name, byte[] json) {
        Document file = Document.parse(name, json);
        file.hasOnly(Set.of("prices"));
        List<Own> overrides = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Document override : file.required("prices").items()) {
            Own read = override(override);
            if (!names.add(read.name())) {
                throw override.required("name").invalid("is the name of an earlier price too");
            }
            overrides.add(read);
        }
        return new Overrides(version(json), overrides);
    }

    private static Own override(Document override) {
        override.hasOnly(MEMBERS);
        Document name = override.required("name");
        if (!NAME.matcher(name.text()).matches()) {
            throw name.invalid("must be 1 to 64 letters, digits, dots, underscores or hyphens");
        }
        Instant from = override.optional("from").map(Overrides::time).orElse(null);
        Instant until = override.optional("until").map(Overrides::time).orElse(null);
        if (from != null && until != null && !from.isBefore(until)) {
            throw override.required("until").invalid("must be later than from");
        }
        Rates rates = Rates.read(override.required("rates"), true);
        if (rates.byUnit().isEmpty()) {
            throw override.required("rates").invalid("must have at least one rate");
        }
        return new Own(
                name.text(),
                match(override.required("provider")),
                match(override.required("model")),
                override.optional("service_tier").map(Overrides::match).orElse(null),
                from,
                until,
                rates);
    }

    /** A text is meant literally. */
    private static Match match(Document rule) {
        return rule.isText() ? new Match.Equal(rule.text().toLowerCase(Locale.ROOT)) : Match.read(rule);
    }

    private static Instant time(Document time) {
        try {
            return time.text().contains("T")
                    ? Instant.parse(time.text())
                    : LocalDate.parse(time.text()).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException e) {
            throw time.invalid("must be a date such as 2026-01-31, or a time such as 2026-01-31T12:00:00Z");
        }
    }

    private static String version(byte[] json) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(json);
            return HexFormat.of().formatHex(digest).substring(0, VERSION);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    Optional<Price> price(String provider, String model, @Nullable String tier, Instant at) {
        String seller = provider.toLowerCase(Locale.ROOT).strip();
        String wanted = model.toLowerCase(Locale.ROOT).strip();
        return overrides.stream()
                .filter(override -> override.fits(seller, wanted, tier, at))
                .findFirst()
                .map(override -> new Price(
                        SOURCE + "@" + version + ":" + override.name(),
                        SOURCE,
                        version,
                        provider,
                        override.name(),
                        override.rates()));
    }
}
