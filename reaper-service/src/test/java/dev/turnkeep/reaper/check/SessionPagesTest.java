package dev.turnkeep.reaper.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.reaper.check.CheckStore.Looked;
import io.vertx.pgclient.PgException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionPagesTest {
    /** Newest first. */
    private final List<SessionId> all = IntStream.range(0, 250)
            .mapToObj(i -> new SessionId(new UUID(0, 1000 - i)))
            .toList();

    private final SessionId huge = all.get(137);
    private String failure = "57014";

    private final SessionPages pages = new SessionPages(new SessionPages.Source() {
        @Override
        public List<Looked> page(@Nullable SessionId before, int limit) {
            int from = before == null ? 0 : all.indexOf(before) + 1;
            List<SessionId> page = all.subList(from, Math.min(all.size(), from + limit));
            if (page.contains(huge)) {
                throw new PgException("for the test", "ERROR", failure, "");
            }
            return page.stream().map(id -> new Looked(id, true, true, true)).toList();
        }

        @Override
        public @Nullable SessionId first(@Nullable SessionId before) {
            int from = before == null ? 0 : all.indexOf(before) + 1;
            return from < all.size() ? all.get(from) : null;
        }
    });

    @Test
    void aSessionThatTakesTooLongIsPassedOverAndTold() {
        // When
        List<SessionId> looked = new ArrayList<>();
        List<SessionId> tooLarge = new ArrayList<>();
        SessionPages.Page page;
        do {
            page = pages.next();
            page.sessions().forEach(session -> looked.add(session.id()));
            if (page.tooLarge() != null) {
                tooLarge.add(page.tooLarge());
            }
        } while (!page.end());

        // Then
        List<SessionId> others = new ArrayList<>(all);
        others.remove(huge);
        assertThat(looked).containsExactlyElementsOf(others);
        assertThat(tooLarge).containsExactly(huge);
    }

    @Test
    void anyOtherFailureIsNotPassedOver() {
        // Given
        failure = "08006";
        pages.next();

        // Then
        assertThatThrownBy(pages::next).isInstanceOf(PgException.class);
    }
}
