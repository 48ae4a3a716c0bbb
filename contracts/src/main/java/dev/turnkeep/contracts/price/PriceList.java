package dev.turnkeep.contracts.price;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A published list of prices. Names are matched as genai-prices matches them, so that its numbers are ours. */
public final class PriceList {
    private static final Pattern COMPACT_DATE =
            Pattern.compile("(-)(20\\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])(?=-|:|$)");
    private static final String RESELLER = "litellm";

    private final String source;
    private final String version;
    private final List<ProviderPrices> providers;

    private PriceList(String source, String version, List<ProviderPrices> providers) {
        this.source = source;
        this.version = version;
        this.providers = List.copyOf(providers);
    }

    /** Where a model's prices stand, whatever the time. */
    record Entry(ProviderPrices provider, ModelPrices model) {}

    public String source() {
        return source;
    }

    public String version() {
        return version;
    }

    /** @throws InvalidPrices saying where, when it is no such list */
    public static PriceList read(String name, byte[] json) {
        Document list = Document.parse(name, json);
        List<ProviderPrices> providers = new ArrayList<>();
        list.required("providers").items().forEach(provider -> providers.add(provider(provider)));
        return new PriceList(
                list.required("source").text(), list.required("version").text(), providers);
    }

    private static ProviderPrices provider(Document provider) {
        List<ModelPrices> models = new ArrayList<>();
        provider.required("models").items().forEach(model -> models.add(model(model)));
        List<String> fallbacks = new ArrayList<>();
        provider.optional("fallback_model_providers")
                .ifPresent(others -> others.items().forEach(other -> fallbacks.add(other.text())));
        return new ProviderPrices(
                provider.required("id").text(),
                provider.optional("provider_match").map(Match::read).orElse(null),
                List.copyOf(models),
                List.copyOf(fallbacks));
    }

    private static ModelPrices model(Document model) {
        Document prices = model.required("prices");
        List<ModelPrices.Window> windows = new ArrayList<>();
        if (prices.isArray()) {
            prices.items()
                    .forEach(window -> windows.add(ModelPrices.Window.of(
                            window.optional("constraint").map(PriceList::when).orElseGet(ModelPrices.Always::new),
                            Rates.read(window.required("prices"), false))));
        } else {
            windows.add(ModelPrices.Window.of(new ModelPrices.Always(), Rates.read(prices, false)));
        }
        if (windows.isEmpty()) {
            throw prices.invalid("must not be empty");
        }
        return new ModelPrices(model.required("id").text(), Match.read(model.required("match")), List.copyOf(windows));
    }

    private static ModelPrices.When when(Document constraint) {
        String type = constraint.required("type").text();
        try {
            return switch (type) {
                case "start_date" ->
                    new ModelPrices.From(
                            LocalDate.parse(constraint.required("start_date").text())
                                    .atStartOfDay(ZoneOffset.UTC)
                                    .toInstant());
                case "time_of_date" ->
                    new ModelPrices.TimeOfDay(
                            utc(constraint.required("start_time").text()),
                            utc(constraint.required("end_time").text()));
                default -> throw constraint.invalid("has a type that is not known: " + type);
            };
        } catch (DateTimeException e) {
            throw constraint.invalid("has a date or time that is none");
        }
    }

    private static LocalTime utc(String time) {
        return OffsetTime.parse(time).withOffsetSameInstant(ZoneOffset.UTC).toLocalTime();
    }

    /** The prices of a model; empty when the list has none. */
    Optional<Entry> entry(String provider, String model) {
        String seller = provider.strip();
        String name = model.toLowerCase(Locale.ROOT).strip();
        int slash = name.indexOf('/');
        if (seller.toLowerCase(Locale.ROOT).equals(RESELLER) && slash > 0 && slash < name.length() - 1) {
            Optional<ProviderPrices> resold = provider(name.substring(0, slash));
            if (resold.isPresent()) {
                seller = name.substring(0, slash);
                name = name.substring(slash + 1);
            }
        }
        String wanted = name;
        return provider(seller).flatMap(found -> model(found, wanted)
                .or(() -> dated(wanted).flatMap(spelled -> model(found, spelled))));
    }

    private Optional<ProviderPrices> provider(String name) {
        String wanted = name.toLowerCase(Locale.ROOT).strip();
        return providers.stream()
                .filter(provider -> provider.id().equals(wanted))
                .findFirst()
                .or(() -> providers.stream()
                        .filter(provider -> provider.isMeantBy(wanted))
                        .findFirst());
    }

    private Optional<Entry> model(ProviderPrices provider, String name) {
        Optional<Entry> own = provider.model(name).map(model -> new Entry(provider, model));
        if (own.isPresent()) {
            return own;
        }
        for (String fallback : provider.fallbacks()) {
            Optional<Entry> found = providers.stream()
                    .filter(other -> other.id().equals(fallback))
                    .findFirst()
                    .flatMap(other -> other.model(name).map(model -> new Entry(other, model)));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** The name with {@code -20260131} spelled {@code -2026-01-31}; empty when there is no such date in it. */
    private static Optional<String> dated(String name) {
        Matcher dates = COMPACT_DATE.matcher(name);
        String spelled = dates.replaceAll(date -> {
            try {
                LocalDate day = LocalDate.of(
                        Integer.parseInt(date.group(2)),
                        Integer.parseInt(date.group(3)),
                        Integer.parseInt(date.group(4)));
                return "-" + day;
            } catch (DateTimeException e) {
                return Matcher.quoteReplacement(date.group());
            }
        });
        return spelled.equals(name) ? Optional.empty() : Optional.of(spelled);
    }

    Price price(Entry entry, Instant at) {
        ModelPrices model = entry.model();
        int window = model.at(at, at.atOffset(ZoneOffset.UTC).toLocalTime());
        String name = model.windowName(window);
        ModelPrices.Window holds = model.windows().get(window);
        String ref = source + "@" + version + ":" + entry.provider().id() + "/" + model.id()
                + (name == null ? "" : "#" + name) + "~" + holds.digest();
        return new Price(ref, source, version, entry.provider().id(), model.id(), holds.rates());
    }
}
