package dev.turnkeep.session.admin;

import dev.turnkeep.contracts.id.EnvironmentName;
import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.auth.KeyWatch;
import dev.turnkeep.platform.time.UuidSource;
import dev.turnkeep.session.key.KeySeal;
import dev.turnkeep.session.store.RowJson;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What the operator does. */
@Singleton
class Administration {
    private static final Logger LOG = Logger.getLogger(Administration.class);
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{16,512}");
    private static final int RANDOM_BYTES = 32;
    /** Of one environment: a public token is tried with each of them. */
    private static final int LIVE_KEYS = 32;

    private static final UUID FIRST = new UUID(0, 0);

    private final AdminStore store;
    private final KeySeal seal;
    private final KeyWatch watch;
    private final UuidSource uuids;
    private final SecureRandom random = new SecureRandom();

    Administration(AdminStore store, KeySeal seal, KeyWatch watch, UuidSource uuids) {
        this.store = store;
        this.seal = seal;
        this.watch = watch;
        this.uuids = uuids;
    }

    /** A key that was made: this is the only time that its text is known. */
    record MadeKey(KeyId id, String key, Scope scope) {}

    OrgId makeOrg(String name) {
        OrgId id = new OrgId(uuids.next());
        store.insertOrg(id, name);
        return id;
    }

    List<Map<String, @Nullable Object>> orgs(@Nullable OrgId after, int limit) {
        return items(store.orgs(after == null ? FIRST : after.value(), limit), Set.of());
    }

    List<Map<String, @Nullable Object>> environments(OrgId org) {
        requireOrg(org);
        List<Map<String, @Nullable Object>> items = items(store.environments(org), Set.of("harness_idle_timeouts"));
        items.forEach(item -> {
            item.put("idle_timeout", duration(item.remove("idle_seconds")));
            item.put("channel_retention", duration(item.remove("retention_seconds")));
        });
        return items;
    }

    private static String duration(@Nullable Object seconds) {
        return Duration.ofSeconds(((Number) Objects.requireNonNull(seconds)).longValue())
                .toString();
    }

    /** All keys of an organisation, or of one of its environments; never what they are. */
    List<Map<String, @Nullable Object>> keys(OrgId org, @Nullable EnvironmentName environment) {
        requireOrg(org);
        return items(store.keys(org, environment), Set.of());
    }

    void setEnvironment(Scope scope, Settings settings) {
        requireOrg(scope.org());
        store.setEnvironment(uuids.next(), scope.org(), scope.environment(), settings);
        // Limits are remembered with the keys.
        announce();
    }

    /**
     * Makes a key.
     *
     * @param chosen the operator's own text; null for {@code tk_<environment>_<random>}
     * @param name for the operator's eyes
     */
    MadeKey makeKey(Scope scope, Set<String> scopes, @Nullable String chosen, @Nullable String name) {
        String key = text(scope, chosen);
        requireOrg(scope.org());
        KeyId id = new KeyId(uuids.next());
        require(store.insertKey(uuids.next(), scope, stored(id, key, scopes, name), LIVE_KEYS));
        announce();
        return new MadeKey(id, key, scope);
    }

    /** A key in the place of another, and until when that one works. */
    record RotatedKey(MadeKey made, Instant oldExpiresAt) {}

    /**
     * Makes a key that may do what another may, and lets the other run out.
     *
     * @param grace for how long both work; not negative
     */
    RotatedKey rotate(KeyId old, Duration grace, @Nullable String chosen) {
        AdminStore.LiveKey live = store.live(old)
                .orElseThrow(() -> new Invalid(Problem.NOT_FOUND, null, "there is no such key that is valid"));
        String key = text(live.scope(), chosen);
        KeyId id = new KeyId(uuids.next());
        try {
            AdminStore.Rotated rotated =
                    store.rotate(old, live.scope(), stored(id, key, live.scopes(), live.name()), grace, LIVE_KEYS);
            require(rotated.made());
            announce();
            return new RotatedKey(new MadeKey(id, key, live.scope()), Objects.requireNonNull(rotated.expiresAt()));
        } catch (AdminStore.NotLive e) {
            throw new Invalid(Problem.CONFLICT, null, "the key was replaced or revoked at this moment");
        }
    }

    private String text(Scope scope, @Nullable String chosen) {
        if (!seal.ready()) {
            throw new Invalid(Problem.CONFLICT, null, "turnkeep.master.key is not set, so no key can be stored");
        }
        if (chosen != null && !KEY.matcher(chosen).matches()) {
            throw Invalid.field("key", "16..512 printable ASCII characters without spaces");
        }
        return chosen == null ? "tk_" + scope.environment().value() + "_" + randomText() : chosen;
    }

    private AdminStore.StoredKey stored(KeyId id, String key, Set<String> scopes, @Nullable String name) {
        return new AdminStore.StoredKey(id, sha256(key), seal.seal(id, key), scopes, name);
    }

    private static void require(AdminStore.Made made) {
        switch (made) {
            case MADE -> {
                // As asked for.
            }
            case TAKEN -> throw new Invalid(Problem.CONFLICT, "key", "key: is in use already");
            case FULL ->
                throw new Invalid(
                        Problem.CONFLICT,
                        null,
                        "the environment has " + LIVE_KEYS + " valid keys, the most there can be");
        }
    }

    private static List<Map<String, @Nullable Object>> items(List<Row> rows, Set<String> json) {
        List<Map<String, @Nullable Object>> items = new ArrayList<>();
        rows.forEach(row -> items.add(RowJson.of(row, json)));
        return items;
    }

    void revoke(KeyId key) {
        if (!store.revoke(key)) {
            throw new Invalid(Problem.NOT_FOUND, null, Problem.NOT_FOUND.title());
        }
        announce();
    }

    private void requireOrg(OrgId org) {
        if (!store.exists(org)) {
            throw new Invalid(Problem.NOT_FOUND, "org_id", "org_id: there is no such organisation");
        }
    }

    /** A hint: without it, caches notice by themselves a little later. */
    private void announce() {
        try {
            watch.announce().await().atMost(Duration.ofSeconds(1));
        } catch (RuntimeException e) {
            LOG.warnf(
                    "the change of a key could not be announced: reason=%s",
                    e.getClass().getSimpleName());
        }
    }

    private String randomText() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
