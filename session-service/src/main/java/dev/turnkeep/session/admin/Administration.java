package dev.turnkeep.session.admin;

import dev.turnkeep.contracts.id.KeyId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.platform.auth.KeyChanges;
import dev.turnkeep.platform.time.UuidSource;
import dev.turnkeep.session.key.KeySeal;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What the operator does. */
@Singleton
class Administration {
    private static final Logger LOG = Logger.getLogger(Administration.class);
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{16,512}");
    private static final int RANDOM_BYTES = 32;

    private final AdminStore store;
    private final KeySeal seal;
    private final KeyChanges changes;
    private final UuidSource uuids;
    private final SecureRandom random = new SecureRandom();

    Administration(AdminStore store, KeySeal seal, KeyChanges changes, UuidSource uuids) {
        this.store = store;
        this.seal = seal;
        this.changes = changes;
        this.uuids = uuids;
    }

    /** A key that was made: this is the only time that its text is known. */
    record MadeKey(KeyId id, String key) {}

    OrgId makeOrg(String name) {
        OrgId id = new OrgId(uuids.next());
        store.insertOrg(id, name);
        return id;
    }

    void setEnvironment(Scope scope, @Nullable Duration idle, @Nullable Map<String, Duration> byHarness) {
        requireOrg(scope.org());
        store.setEnvironment(uuids.next(), scope.org(), scope.environment(), idle, byHarness);
    }

    /**
     * Makes a key.
     *
     * @param chosen the operator's own text; null for {@code tk_<environment>_<random>}
     */
    MadeKey makeKey(Scope scope, Set<String> scopes, @Nullable String chosen) {
        if (!seal.ready()) {
            throw new Invalid(Problem.CONFLICT, null, "turnkeep.master.key is not set, so no key can be stored");
        }
        if (chosen != null && !KEY.matcher(chosen).matches()) {
            throw Invalid.field("key", "16..512 printable ASCII characters without spaces");
        }
        requireOrg(scope.org());
        String key = chosen == null ? "tk_" + scope.environment().value() + "_" + randomText() : chosen;
        KeyId id = new KeyId(uuids.next());
        if (!store.insertKey(uuids.next(), id, scope, sha256(key), seal.seal(id, key), scopes)) {
            throw new Invalid(Problem.CONFLICT, "key", "key: is in use already");
        }
        announce();
        return new MadeKey(id, key);
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
            changes.announce().await().atMost(Duration.ofSeconds(1));
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
