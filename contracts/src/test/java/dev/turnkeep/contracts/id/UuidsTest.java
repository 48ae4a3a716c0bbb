package dev.turnkeep.contracts.id;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class UuidsTest {
    private static final UUID DNS = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

    /** RFC 9562, appendix A.4. */
    @Example
    void makesVersion5AsTheRfcShows() {
        assertThat(Uuids.version5(DNS, "www.example.com")).hasToString("2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }

    @Example
    void namesAreUtf8() {
        assertThat(Uuids.version5(Uuids.URL, "http://www.example.com/é"))
                .hasToString("25075155-e97f-53fc-8cc5-0f0e39c77868");
    }

    @Example
    void keepsTheNamespacesOfTurnsAndEvents() {
        assertThat(Uuids.version5(Uuids.URL, "urn:turnkeep:turn")).hasToString("fbcbad56-7ebc-5e73-87f9-2c6dbd33b281");
        assertThat(Uuids.version5(Uuids.URL, "urn:turnkeep:event")).hasToString("fd66fdd0-e532-568d-a6c1-483287b9d714");
    }

    /** RFC 9562, appendix A.6. */
    @Example
    void makesVersion7AsTheRfcShows() {
        Instant at = Instant.parse("2022-02-22T19:22:22.000Z");

        assertThat(Uuids.version7(at, 0xCC3, 0x18C4DC0C0C07398FL)).hasToString("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    }

    @Property
    void laysOutVersion7(
            @ForAll @LongRange(max = (1L << 48) - 1) long millis, @ForAll long randomA, @ForAll long randomB) {
        // When
        UUID uuid = Uuids.version7(Instant.ofEpochMilli(millis), randomA, randomB);

        // Then
        assertThat(uuid.version()).isEqualTo(7);
        assertThat(uuid.variant()).isEqualTo(2);
        assertThat(uuid.getMostSignificantBits() >>> 16).isEqualTo(millis);
        assertThat(uuid.getMostSignificantBits() & 0xfff).isEqualTo(randomA & 0xfff);
        assertThat(uuid.getLeastSignificantBits() & (-1L >>> 2)).isEqualTo(randomB & (-1L >>> 2));
    }

    @Example
    void readsTheCanonicalFormOnly() {
        assertThat(Uuids.parse("0192F0C1-2a3b-7c4d-8e5f-0123456789ab")).isPresent();
        assertThat(Uuids.parse("1-1-1-1-1")).isEmpty();
        assertThat(Uuids.parse("0192f0c12a3b7c4d8e5f0123456789ab")).isEmpty();
        assertThat(Uuids.parse("{0192f0c1-2a3b-7c4d-8e5f-0123456789ab}")).isEmpty();
        assertThat(Uuids.parse("0192f0c1-2a3b-7c4d-8e5f-0123456789ag")).isEmpty();
    }
}
