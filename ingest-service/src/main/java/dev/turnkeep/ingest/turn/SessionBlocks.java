package dev.turnkeep.ingest.turn;

import dev.turnkeep.contracts.id.ActorId;
import dev.turnkeep.contracts.id.AuthSubject;
import dev.turnkeep.contracts.id.ExternalId;
import dev.turnkeep.contracts.id.HarnessId;
import dev.turnkeep.contracts.id.HarnessSessionId;
import dev.turnkeep.contracts.id.OrgId;
import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.json.RawJson;
import dev.turnkeep.contracts.lifecycle.Metadata;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.SessionBlock;
import dev.turnkeep.ingest.body.Scrubbed;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Judges what the caller said about the session. First what makes the envelope invalid, then what breaks a field's rule. */
public final class SessionBlocks {
    private static final int NAME = 256;
    private static final int CWD = 4096;

    private static final Set<String> TEXTS = Set.of(
            "org_id",
            "auth_subject",
            "harness_id",
            "harness_session_id",
            "session_id",
            "external_id",
            "actor_id",
            "harness_version",
            "cwd",
            "name",
            "parent_harness_id",
            "parent_harness_session_id");
    private static final Set<String> VALUES = Set.of("harness_metadata");

    private final Fields session;

    private SessionBlocks(Fields session) {
        this.session = session;
    }

    /** The members of an envelope's session block; none of an absent one. */
    public static Fields members(Fields envelope) {
        return envelope.object("session", TEXTS, VALUES);
    }

    /** @throws Invalid 400 or 403, before anything else of the turn is looked at */
    public static void checkEnvelope(Fields session, Scope scope) {
        String org = session.filled("org_id");
        if (org != null && !parseOrg(org).equals(scope.org())) {
            throw new Invalid(
                    Problem.FOREIGN_ORG,
                    "session.org_id",
                    "session.org_id: differs from the credential's organisation");
        }
        String parent = session.text("parent_harness_session_id");
        if (parent != null && parent.isEmpty()) {
            throw Fields.malformed("session.parent_harness_session_id", "present but empty; leave it out instead");
        }
        if (parent != null && parent.equals(session.text("harness_session_id")) && sameHarness(session)) {
            throw Fields.malformed("session.parent_harness_session_id", "a session is not its own parent");
        }
        RawJson metadata = session.raw("harness_metadata");
        if (metadata != null && metadata.array()[metadata.offset()] != '{') {
            throw Fields.malformed("session.harness_metadata", "must be an object");
        }
        if (metadata != null && metadata.length() > Metadata.CAP_BYTES) {
            throw Fields.malformed("session.harness_metadata", "at most " + Metadata.CAP_BYTES + " bytes");
        }
    }

    /** @throws Invalid (422) naming the field */
    public static SessionBlock of(Fields session) {
        try {
            return new SessionBlocks(session).block();
        } catch (Invalid e) {
            throw e.within("session");
        }
    }

    private SessionBlock block() {
        HarnessId harness = id("harness_id", HarnessId::new);
        HarnessSessionId parent = field("parent_harness_session_id", HarnessSessionId::new);
        RawJson metadata = session.raw("harness_metadata");
        return new SessionBlock(
                harness == null ? HarnessId.UNKNOWN : harness,
                id("harness_session_id", HarnessSessionId::new),
                id("session_id", SessionId::parseFriendly),
                id("external_id", ExternalId::new),
                id("actor_id", ActorId::new),
                id("auth_subject", AuthSubject::new),
                label("harness_version", NAME),
                label("cwd", CWD),
                label("name", NAME),
                parent == null ? null : field("parent_harness_id", HarnessId::new),
                parent,
                metadata == null ? null : Scrubbed.json(metadata));
    }

    private <T> @Nullable T id(String name, Function<String, T> form) {
        String text = session.filled(name);
        return text == null ? null : form.apply(text);
    }

    /** For ids whose own rule names another field than the one they stand in. */
    private <T> @Nullable T field(String name, Function<String, T> form) {
        try {
            return id(name, form);
        } catch (Invalid e) {
            throw Invalid.field(name, e.detail().substring(e.detail().indexOf(": ") + 2));
        }
    }

    private @Nullable String label(String name, int cap) {
        return Labels.of(name, session.filled(name), cap);
    }

    private static OrgId parseOrg(String org) {
        try {
            return OrgId.parse(org);
        } catch (Invalid e) {
            throw Fields.malformed("session.org_id", "must be a UUID");
        }
    }

    private static boolean sameHarness(Fields session) {
        String parent = session.filled("parent_harness_id");
        String child = session.filled("harness_id");
        return parent == null || parent.equals(child == null ? HarnessId.UNKNOWN.value() : child);
    }
}
