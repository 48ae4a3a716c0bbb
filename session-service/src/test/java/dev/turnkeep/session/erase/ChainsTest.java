package dev.turnkeep.session.erase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.session.erase.Chains.Link;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChainsTest {
    // a <- b <- c <- d, and b <- e
    private static final List<Link> LINKS = List.of(
            new Link("a", null), new Link("b", "a"), new Link("c", "b"), new Link("d", "c"), new Link("e", "b"));

    @Test
    void freesEverythingThatNobodyHolds() {
        assertThat(Chains.of(LINKS, Set.of()).free()).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void keepsAHeldNodeAndAllThatItStandsOn() {
        // When
        Chains chains = Chains.of(LINKS, Set.of("c"));

        // Then
        assertThat(chains.kept()).containsExactly("a", "b", "c");
        assertThat(chains.free()).containsExactly("d", "e");
    }

    @Test
    void endsWhereTheChainIsNotStored() {
        assertThat(Chains.of(List.of(new Link("b", "a")), Set.of("b")).kept()).containsExactly("b");
    }
}
