package dev.turnkeep.e2e.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.e2e.system.ServiceLog;
import dev.turnkeep.e2e.system.Tenant;
import dev.turnkeep.e2e.system.Turn;
import dev.turnkeep.e2e.system.Turnkeep;
import dev.turnkeep.e2e.system.WithTurnkeep;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@WithTurnkeep
class ForksIT {
    private static final String OTHER = "other-agent";
    private static final String THIRD = "third-agent";
    private static final int PAIRS = 100;

    private final Turnkeep turnkeep;
    private final Tenant tenant;
    private final ServiceLog log;

    ForksIT(Turnkeep turnkeep) {
        this.turnkeep = turnkeep;
        this.tenant = turnkeep.tenant("forks");
        this.log = turnkeep.logFromNow();
    }

    @AfterEach
    void leavesNoErrorInTheLogs() {
        assertThat(log.errors()).isEmpty();
    }

    @Test
    void linksAChildThatCameAfterItsParent() {
        // Given
        JsonNode parent = posted(Turn.in("parent"));

        // When
        JsonNode child = posted(Turn.in("child").parent("parent"));

        // Then
        assertParent(child, parent);
        assertThat(placeholders()).isZero();
    }

    @Test
    void linksAChildThatCameBeforeItsParent() {
        // Given
        JsonNode child = posted(Turn.in("child").parent("parent"));
        assertThat(tenant.find(Turn.HARNESS, "parent"))
                .as("a placeholder is in no list")
                .isEmpty();
        assertThat(placeholders()).isOne();

        // When
        JsonNode parent = posted(Turn.in("parent"));

        // Then
        assertParent(child, parent);
        assertThat(placeholders()).isZero();
    }

    @Test
    void letsAParentOfAnotherHarnessAdoptThePlaceholderThatWasGuessed() {
        // Given
        JsonNode child = posted(Turn.in("child").parent("parent"));

        // When
        JsonNode parent = posted(Turn.in("parent").harness(OTHER), OTHER);

        // Then
        assertParent(child, parent);
        assertThat(placeholders()).isZero();
    }

    @Test
    void linksChildAndParentThatArePostedAtTheSameMoment() throws InterruptedException, ExecutionException {
        // When
        List<Future<String>> posts = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < PAIRS; i++) {
                CyclicBarrier together = new CyclicBarrier(2);
                Turn child = Turn.in("child-" + i);
                Turn parent = Turn.in("parent-" + i).harness(harnessOfParent(i));
                Turn linked =
                        i % 4 == 3 ? child.parent(harnessOfParent(i), "parent-" + i) : child.parent("parent-" + i);
                posts.add(threads.submit(() -> postAt(together, linked)));
                posts.add(threads.submit(() -> postAt(together, parent)));
            }
        }
        for (Future<String> post : posts) {
            assertThat(post.get()).isNotEmpty();
        }
        turnkeep.turnLog().awaitConsumed();

        // Then
        for (int i = 0; i < PAIRS; i++) {
            JsonNode child = tenant.session(Turn.HARNESS, "child-" + i, 1);
            assertParent(child, tenant.session(harnessOfParent(i), "parent-" + i, 1));
        }
        assertThat(placeholders()).isZero();
    }

    /** The child's own for half of the pairs, another one for the others. */
    private static String harnessOfParent(int pair) {
        return pair % 2 == 0 ? Turn.HARNESS : OTHER;
    }

    private String postAt(CyclicBarrier together, Turn turn) throws InterruptedException, BrokenBarrierException {
        together.await();
        return tenant.post(turn.json());
    }

    @Test
    void prefersTheParentOfTheChildsOwnHarnessToAnotherSessionOfTheSameKey() {
        // Given
        JsonNode unrelated = posted(Turn.in("parent").harness(OTHER), OTHER);
        JsonNode parent = posted(Turn.in("parent"));

        // When
        JsonNode child = posted(Turn.in("child").parent("parent"));

        // Then
        assertParent(child, parent);
        assertNoChildren(unrelated);
    }

    @Test
    void waitsForTheParentWhenSeveralUnrelatedSessionsHaveItsKey() {
        // Given
        List<JsonNode> unrelated = List.of(
                posted(Turn.in("parent").harness(OTHER), OTHER),
                posted(Turn.in("parent").harness(THIRD), THIRD));

        // When
        JsonNode child = posted(Turn.in("child").parent("parent"));
        JsonNode parent = posted(Turn.in("parent"));

        // Then
        assertParent(child, parent);
        unrelated.forEach(this::assertNoChildren);
        assertThat(placeholders()).isZero();
    }

    @Test
    void neverGivesAChildWhoseParentsHarnessIsKnownToAnotherSessionOfTheSameKey() {
        // Given
        JsonNode earlier = posted(Turn.in("parent"));
        JsonNode child = posted(Turn.in("child").parent(OTHER, "parent"));

        // When
        JsonNode later = posted(Turn.in("parent").harness(THIRD), THIRD);
        JsonNode parent = posted(Turn.in("parent").harness(OTHER), OTHER);

        // Then
        assertParent(child, parent);
        assertNoChildren(earlier);
        assertNoChildren(later);
        assertThat(placeholders()).isZero();
    }

    @Test
    void neverFindsTheParentInAnotherOrganisationOrEnvironment() {
        // Given
        Tenant stranger = turnkeep.tenant("forks of somebody else");
        Tenant staging = turnkeep.tenant(tenant.org(), "staging");
        stranger.post(Turn.in("parent").json());
        staging.post(Turn.in("parent").json());
        stranger.session(Turn.HARNESS, "parent", 1);
        staging.session(Turn.HARNESS, "parent", 1);

        // When
        JsonNode child = posted(Turn.in("child").parent("parent"));
        JsonNode parent = posted(Turn.in("parent"));

        // Then
        assertParent(child, parent);
        assertThat(placeholders()).isZero();
    }

    private JsonNode posted(Turn turn) {
        return posted(turn, Turn.HARNESS);
    }

    /** Posts it, and waits until its session is there. */
    private JsonNode posted(Turn turn, String harness) {
        JsonNode envelope = turn.json();
        tenant.post(envelope);
        return tenant.session(
                harness, envelope.at("/session/harness_session_id").asText(), 1);
    }

    private void assertParent(JsonNode child, JsonNode parent) {
        JsonNode now = read(child);
        assertThat(now.path("parent_session_id")).isEqualTo(parent.path("id"));
        assertThat(now.at("/parent/friendly_id")).isEqualTo(parent.path("friendly_id"));
        assertThat(read(parent).path("children").findValuesAsText("id"))
                .containsExactly(child.path("id").asText());
    }

    private void assertNoChildren(JsonNode session) {
        assertThat(read(session).path("children")).isEmpty();
    }

    private JsonNode read(JsonNode session) {
        return tenant.sessions()
                .get("/v1/sessions/" + session.path("id").asText())
                .expecting(200)
                .body()
                .path("session");
    }

    private long placeholders() {
        return turnkeep.database()
                .number("SELECT count(*) FROM sessions WHERE org_id = ? AND is_placeholder", tenant.org());
    }
}
