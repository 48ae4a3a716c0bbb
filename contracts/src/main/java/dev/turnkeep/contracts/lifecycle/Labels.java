package dev.turnkeep.contracts.lifecycle;

import dev.turnkeep.contracts.id.AuthSubject;
import org.jspecify.annotations.Nullable;

/**
 * What callers say about a session besides its identity. A new value replaces the old one, an absent value never does.
 *
 * @param harnessMetadata a JSON object as text, merged member by member; {@code {}} when nothing was said
 */
public record Labels(
        @Nullable AuthSubject subject,
        @Nullable String name,
        @Nullable String cwd,
        @Nullable String harnessVersion,
        String harnessMetadata) {

    public static final Labels NONE = new Labels(null, null, null, null, Metadata.EMPTY);

    Labels updatedBy(Labels newer) {
        return new Labels(
                newer.subject == null ? subject : newer.subject,
                newer.name == null ? name : newer.name,
                newer.cwd == null ? cwd : newer.cwd,
                newer.harnessVersion == null ? harnessVersion : newer.harnessVersion,
                Metadata.merge(harnessMetadata, newer.harnessMetadata));
    }
}
