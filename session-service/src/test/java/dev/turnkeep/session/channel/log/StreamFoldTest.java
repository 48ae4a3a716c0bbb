package dev.turnkeep.session.channel.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnkeep.session.channel.log.AppendOutcome.Appended;
import dev.turnkeep.session.channel.log.AppendOutcome.Closed;
import dev.turnkeep.session.channel.log.AppendOutcome.Full;
import dev.turnkeep.session.channel.log.AppendOutcome.Gap;
import dev.turnkeep.session.channel.log.AppendOutcome.Hidden;
import dev.turnkeep.session.channel.log.AppendOutcome.LateStart;
import dev.turnkeep.session.channel.log.AppendOutcome.OtherFence;
import dev.turnkeep.session.channel.log.AppendOutcome.OtherSeq;
import dev.turnkeep.session.channel.log.AppendOutcome.OtherType;
import dev.turnkeep.session.channel.log.AppendOutcome.Regression;
import dev.turnkeep.session.channel.log.AppendOutcome.Repeated;
import dev.turnkeep.session.channel.log.AppendOutcome.StaleEpoch;
import dev.turnkeep.session.channel.log.AppendOutcome.TooManyProducers;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StreamFoldTest {
    private static final StreamAddress TO = StreamAddress.open("s");
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final LogLimits LIMITS = new LogLimits(1000, 3, Duration.ofDays(7));

    private final StreamFold fold = fold(row(5, null));

    @Test
    void recordsGetTheNextSeqsInOrder() {
        // When
        AppendOutcome first = fold.apply(append("a", "b"), NOW);
        AppendOutcome second = fold.apply(append("c"), NOW);

        // Then
        assertThat(first).isEqualTo(appended(new StreamEnd(1, 0, 7, false), List.of(5L, 6L), null));
        assertThat(second).isEqualTo(appended(new StreamEnd(1, 0, 8, false), List.of(7L), null));
        assertThat(fold.written()).extracting(LogRecord::seq).containsExactly(5L, 6L, 7L);
        assertThat(fold.after().next()).isEqualTo(8);
    }

    @Test
    void nothingIsWrittenAfterACloseInTheSameBatch() {
        // When
        AppendOutcome last = fold.apply(closing(List.of(raw("last")), null), NOW);
        AppendOutcome late = fold.apply(append("late"), NOW);
        AppendOutcome again = fold.apply(Append.closing(TO), NOW);

        // Then
        StreamEnd end = new StreamEnd(1, 0, 6, true);
        assertThat(last).isEqualTo(appended(end, List.of(5L), null));
        assertThat(late).isEqualTo(new Closed(end));
        assertThat(again).isEqualTo(appended(end, List.of(), null));
        assertThat(fold.written()).hasSize(1);
    }

    @Test
    void theRequestThatClosedIsAnsweredAgainWhateverItsBody() {
        // Given
        ProducerStamp closer = new ProducerStamp("p", 0, 0);
        fold.apply(closing(List.of(raw("last")), closer), NOW);

        // When
        AppendOutcome again = fold.apply(closing(List.of(raw("other")), closer), NOW);
        AppendOutcome other = fold.apply(closing(List.of(), new ProducerStamp("p", 0, 1)), NOW);

        // Then
        assertThat(again).isEqualTo(new Repeated(new StreamEnd(1, 0, 6, true), closer));
        assertThat(other).isInstanceOf(Closed.class);
    }

    @Test
    void aProducersRequestsAreTakenOnceAndWithoutGaps() {
        // When
        List<AppendOutcome> outcomes = List.of(
                produce(0, 1),
                produce(0, 0),
                produce(0, 0),
                produce(0, 1),
                produce(0, 0),
                produce(0, 3),
                produce(2, 1),
                produce(2, 0),
                produce(1, 5));

        // Then
        StreamEnd six = new StreamEnd(1, 0, 6, false);
        StreamEnd seven = new StreamEnd(1, 0, 7, false);
        StreamEnd eight = new StreamEnd(1, 0, 8, false);
        assertThat(outcomes)
                .containsExactly(
                        new Gap(0, 1),
                        appended(six, List.of(5L), new ProducerStamp("p", 0, 0)),
                        new Repeated(six, new ProducerStamp("p", 0, 0)),
                        appended(seven, List.of(6L), new ProducerStamp("p", 0, 1)),
                        new Repeated(seven, new ProducerStamp("p", 0, 1)),
                        new Gap(2, 3),
                        new LateStart(),
                        appended(eight, List.of(7L), new ProducerStamp("p", 2, 0)),
                        new StaleEpoch(2));
        assertThat(fold.producers()).containsExactly(new ProducerStamp("p", 2, 0));
        assertThat(fold.after().producers()).isEqualTo(1);
    }

    @Test
    void aProducersRepetitionComesBeforeTheWritersSequence() {
        // Given
        fold.apply(new Append(TO, null, List.of(raw("a")), false, new ProducerStamp("p", 0, 0), "1", null, null), NOW);

        // When
        AppendOutcome again = fold.apply(
                new Append(TO, null, List.of(raw("a")), false, new ProducerStamp("p", 0, 0), "1", null, null), NOW);

        // Then
        assertThat(again).isInstanceOf(Repeated.class);
    }

    @Test
    void aPartThatIsSentAgainHasItsAnswerWhateverItsSequence() {
        // Given
        NewRecord part = new NewRecord(Kind.RAW, Buffer.buffer("a"), List.of(), "part");
        Append first = new Append(TO, null, List.of(part), false, null, "1", null, null);
        fold.apply(first, NOW);
        fold.apply(new Append(TO, null, List.of(raw("b")), false, null, "2", null, null), NOW);

        // When
        AppendOutcome again = fold.apply(first, NOW);

        // Then
        assertThat(again).isEqualTo(appended(new StreamEnd(1, 0, 7, false), List.of(5L), null));
        assertThat(fold.after().writerSeq()).isEqualTo("2");
    }

    @Test
    void producersThatWereForgottenMakeRoom() {
        // Given
        StreamRow full = new StreamRow(1, 0, "application/json", 0, 5, 0, 3, null, null, null, null, false, null, null);
        Append coming =
                new Append(TO, null, List.of(raw("a")), false, new ProducerStamp("new", 0, 0), null, null, null);

        // When
        AppendOutcome without = new StreamFold(full, Map.of(), Map.of(), LIMITS).apply(coming, NOW);
        StreamFold roomy = new StreamFold(full, new Producers(2, 0), Map.of(), Map.of(), LIMITS);
        AppendOutcome with = roomy.apply(coming, NOW);

        // Then
        assertThat(without).isEqualTo(new TooManyProducers(3));
        assertThat(with).isInstanceOf(Appended.class);
        assertThat(roomy.after().producers()).isEqualTo(2);
    }

    /** Whoever has a page's token can make as many as it likes. */
    @Test
    void producersOfGuestsNeverTakeTheRoomOfOthers() {
        // Given
        LogLimits limits = new LogLimits(1000, 8, Duration.ofDays(7));
        StreamRow crowded =
                new StreamRow(1, 0, "application/json", 0, 5, 0, 9, null, null, null, null, false, null, null);
        StreamFold stream = new StreamFold(crowded, new Producers(0, 2), Map.of(), Map.of(), limits);

        // When
        AppendOutcome guest = stream.apply(coming("guest").byGuest(true), NOW);
        AppendOutcome other = stream.apply(coming("other"), NOW);
        AppendOutcome beyond = stream.apply(coming("beyond"), NOW);

        // Then
        assertThat(guest).isEqualTo(new TooManyProducers(2));
        assertThat(other).isInstanceOf(Appended.class);
        assertThat(beyond).isEqualTo(new TooManyProducers(8));
        assertThat(stream.producers()).noneMatch(stream::isGuest);
    }

    @Test
    void aGuestIsKnownAsOne() {
        // Given
        LogLimits limits = new LogLimits(1000, 8, Duration.ofDays(7));
        StreamFold stream = new StreamFold(row(5, null), Map.of(), Map.of(), limits);

        // When
        stream.apply(coming("guest").byGuest(true), NOW);
        stream.apply(coming("other"), NOW);

        // Then
        assertThat(stream.producers()).filteredOn(stream::isGuest).containsExactly(new ProducerStamp("guest", 0, 0));
        assertThat(stream.after().producers()).isEqualTo(2);
    }

    private static Append coming(String producer) {
        return new Append(TO, null, List.of(raw("a")), false, new ProducerStamp(producer, 0, 0), null, null, null);
    }

    @Test
    void aWritersSequenceIncreasesByteByByte() {
        // When
        List<Class<?>> outcomes = new ArrayList<>();
        for (String seq : List.of("2", "10", "2", "21", "a", "B", "é", "z")) {
            outcomes.add(fold.apply(new Append(TO, null, List.of(raw("x")), false, null, seq, null, null), NOW)
                    .getClass());
        }

        // Then
        assertThat(outcomes)
                .containsExactly(
                        Appended.class,
                        Regression.class,
                        Regression.class,
                        Appended.class,
                        Appended.class,
                        Regression.class,
                        Appended.class,
                        Regression.class);
    }

    @Test
    void aPartIsStoredOnceAndAnsweredWithItsSeqEvenAfterTheClose() {
        // Given
        StreamFold known = new StreamFold(row(5, null), Map.of(), Map.of("old", new Part(2, NOW)), LIMITS);

        // When
        AppendOutcome mixed = known.apply(Append.of(TO, List.of(part("new"), part("old"), part("new"))), NOW);
        known.apply(Append.closing(TO), NOW);
        AppendOutcome again = known.apply(Append.of(TO, List.of(part("new"))), NOW);
        AppendOutcome late = known.apply(Append.of(TO, List.of(part("new"), part("late"))), NOW);

        // Then
        assertThat(mixed).isEqualTo(appended(new StreamEnd(1, 0, 6, false), List.of(5L, 2L, 5L), null));
        assertThat(again).isEqualTo(appended(new StreamEnd(1, 0, 6, true), List.of(5L), null));
        assertThat(late).isInstanceOf(Closed.class);
    }

    @Test
    void aMarkThatIsSaidAgainAtOnceIsTheSame() {
        // Given
        Append mark = Append.of(TO, List.of(mark("done")));
        Append trim = Append.of(
                TO,
                List.of(new NewRecord(
                        Kind.COMMAND,
                        Buffer.buffer().appendLong(0),
                        List.of(new RecordHeader(Buffer.buffer(), Buffer.buffer("trim"))),
                        null)));
        Instant soon = NOW.plusSeconds(10);

        // When: a command between them says nothing
        AppendOutcome first = fold.apply(mark, NOW);
        fold.apply(trim, NOW);
        AppendOutcome again = fold.apply(mark, soon);
        AppendOutcome other = fold.apply(Append.of(TO, List.of(mark("other"))), soon);
        AppendOutcome later = fold.apply(Append.of(TO, List.of(mark("other"))), soon.plusSeconds(60));
        fold.apply(append("said"), soon.plusSeconds(60));
        AppendOutcome next = fold.apply(Append.of(TO, List.of(mark("other"))), soon.plusSeconds(60));
        AppendOutcome pair = fold.apply(Append.of(TO, List.of(mark("other"), mark("other"))), soon.plusSeconds(60));

        // Then
        long start = ((Appended) first).seqs().getFirst();
        assertThat(((Appended) again).seqs()).containsExactly(start);
        assertThat(((Appended) other).seqs()).containsExactly(start + 2);
        assertThat(((Appended) later).seqs()).containsExactly(start + 3);
        assertThat(((Appended) next).seqs()).containsExactly(start + 5);
        assertThat(((Appended) pair).seqs()).containsExactly(start + 6, start + 7);
    }

    @Test
    void aMarkIsKnownFromTheLogAndAfterTheClose() {
        // Given
        NewRecord mark = mark("done");
        LogRecord last = new LogRecord(
                4, Kind.CONTROL, mark.body(), RecordHeader.encode(mark.headers()), null, NOW.minusSeconds(9));
        StreamFold known = new StreamFold(row(5, NOW), Producers.FEW, Map.of(), Map.of(), last, LIMITS);

        // When
        AppendOutcome again = known.apply(Append.of(TO, List.of(mark)), NOW);
        AppendOutcome other = known.apply(Append.of(TO, List.of(mark("other"))), NOW);

        // Then
        assertThat(((Appended) again).seqs()).containsExactly(4L);
        assertThat(other).isInstanceOf(Closed.class);
        assertThat(known.moved()).isFalse();
    }

    @Test
    void whatIsRefusedChangesNothing() {
        // Given
        StreamFold full = fold(row(5, null));
        fill(full);
        StreamRow before = full.after();

        // When
        List<AppendOutcome> refusals = List.of(
                full.apply(new Append(TO, "text/html", List.of(raw("a")), false, null, null, null, null), NOW),
                full.apply(new Append(TO, null, List.of(raw("a")), true, null, null, 4L, null), NOW),
                full.apply(append("x".repeat(900)), NOW),
                full.apply(
                        new Append(TO, null, List.of(raw("a")), false, new ProducerStamp("q", 0, 0), "0", null, null),
                        NOW));

        // Then
        assertThat(refusals)
                .containsExactly(
                        new OtherType("text/plain"),
                        new OtherSeq(before.next()),
                        new Full(before.bytes(), LIMITS.streamSize()),
                        new TooManyProducers(LIMITS.producers()));
        assertThat(full.after()).isEqualTo(before);
    }

    @Test
    void aHiddenStreamTakesNothing() {
        StreamRow row = row(5, null);
        StreamRow hidden =
                new StreamRow(row.id(), 0, row.contentType(), 0, 5, 0, 0, null, null, null, null, true, null, null);
        assertThat(fold(hidden).apply(append("a"), NOW)).isEqualTo(new Hidden());
    }

    @Test
    void aTrimMovesTheBeginningForwardsAndNeverBeyondTheEnd() {
        // When
        fold.apply(trim(3L), NOW);
        fold.apply(trim(2L), NOW);

        // Then
        assertThat(fold.after().first()).isEqualTo(3);
        fold.apply(trim(99L), NOW);
        assertThat(fold.after().first()).isEqualTo(fold.after().next());
    }

    @Test
    void timesNeverGoBack() {
        // When
        fold.apply(append("a"), NOW.plusSeconds(5));
        fold.apply(append("b"), NOW);

        // Then
        assertThat(fold.written()).extracting(LogRecord::at).containsExactly(NOW.plusSeconds(5), NOW.plusSeconds(5));
    }

    @Test
    void aWritersTimeCountsUnlessItIsInTheFutureOrBeforeTheLast() {
        // When
        for (long seconds : List.of(-60L, -90L, -30L, 60L)) {
            fold.apply(
                    Append.of(
                            TO,
                            List.of(new NewRecord(
                                    Kind.TEXT, Buffer.buffer("a"), List.of(), null, NOW.plusSeconds(seconds)))),
                    NOW);
        }

        // Then
        assertThat(fold.written())
                .extracting(LogRecord::at)
                .containsExactly(NOW.minusSeconds(60), NOW.minusSeconds(60), NOW.minusSeconds(30), NOW);
    }

    @Test
    void whenItWasWrittenIsNotForItsWriterToSay() {
        // When
        NewRecord old = new NewRecord(Kind.TEXT, Buffer.buffer("a"), List.of(), null, Instant.EPOCH);
        AppendOutcome outcome = fold.apply(Append.of(TO, List.of(old)), NOW);

        // Then
        assertThat(outcome).isEqualTo(new Appended(end(6), List.of(5L), null, List.of(Instant.EPOCH), Instant.EPOCH));
        assertThat(fold.after().lastAt()).isEqualTo(NOW);
        assertThat(fold.after().newest()).isEqualTo(Instant.EPOCH);
        fold.apply(append("b"), NOW);
        assertThat(fold.after().newest()).isEqualTo(NOW);
        assertThat(fold.after().lastTime()).isNull();
    }

    @Test
    void whoNamesAFencingTokenHasToNameTheStreams() {
        // When
        List<AppendOutcome> outcomes = new ArrayList<>();
        for (Append append : List.of(
                fenced("", raw("a")),
                fenced("other", raw("b")),
                fenced("", command("fence", Buffer.buffer("mine"))),
                fenced("", raw("c")),
                fenced("mine", raw("d")),
                Append.of(TO, List.of(raw("anybody"))),
                fenced("mine", command("fence", Buffer.buffer())),
                fenced("", raw("e")))) {
            outcomes.add(fold.apply(append, NOW));
        }

        // Then
        assertThat(outcomes)
                .containsExactly(
                        appended(end(6), List.of(5L), null),
                        new OtherFence(""),
                        appended(end(7), List.of(6L), null),
                        new OtherFence("mine"),
                        appended(end(8), List.of(7L), null),
                        appended(end(9), List.of(8L), null),
                        appended(end(10), List.of(9L), null),
                        appended(end(11), List.of(10L), null));
        assertThat(fold.after().fence()).isNull();
    }

    @Test
    void aTrimThatIsARecordTakesAPlaceAndReachesNoFurther() {
        // When
        fold.apply(
                Append.of(TO, List.of(raw("a"), command("trim", Buffer.buffer().appendLong(6)), raw("b"))), NOW);

        // Then
        assertThat(fold.after().first()).isEqualTo(6);
        assertThat(fold.after().next()).isEqualTo(8);
        fold.apply(Append.of(TO, List.of(command("trim", Buffer.buffer().appendLong(2)))), NOW);
        assertThat(fold.after().first()).isEqualTo(6);
        fold.apply(Append.of(TO, List.of(command("trim", Buffer.buffer().appendLong(-1)), raw("c"))), NOW);
        assertThat(fold.after().first()).isEqualTo(10);
        assertThat(fold.after().next()).isEqualTo(11);
    }

    @Test
    void aFullStreamTakesTheCommandThatMakesRoom() {
        // Given
        fold.apply(append("x".repeat(990)), NOW);

        // When
        AppendOutcome data = fold.apply(append("y"), NOW);
        AppendOutcome command =
                fold.apply(Append.of(TO, List.of(command("trim", Buffer.buffer().appendLong(6)))), NOW);

        // Then
        assertThat(data).isInstanceOf(Full.class);
        assertThat(command).isInstanceOf(Appended.class);
    }

    @Test
    void contentTypesAreComparedWithoutCaseAndParameters() {
        assertThat(fold.apply(
                        new Append(TO, "TEXT/Plain; charset=utf-8", List.of(raw("a")), false, null, null, null, null),
                        NOW))
                .isInstanceOf(Appended.class);
    }

    /** However requests are cut into batches, the stream and every answer come out the same. */
    @Test
    void batchesDoNotChangeOutcomes() {
        for (int seed = 0; seed < 200; seed++) {
            // Given
            List<Append> appends = randomAppends(new Random(seed));
            List<AppendOutcome> oneByOne = new ArrayList<>();
            StreamRow row = row(0, null);
            Map<String, ProducerStamp> producers = new HashMap<>();
            Map<String, Part> parts = new HashMap<>();
            for (Append append : appends) {
                StreamFold single = new StreamFold(row, producers, parts, LIMITS);
                oneByOne.add(single.apply(append, NOW));
                row = single.after();
                single.producers().forEach(stamp -> producers.put(stamp.id(), stamp));
                single.written().forEach(written -> remember(parts, written));
            }

            // When
            StreamFold together = fold(row(0, null));
            List<AppendOutcome> batched =
                    appends.stream().map(append -> together.apply(append, NOW)).toList();

            // Then
            assertThat(batched).as("seed %d", seed).isEqualTo(oneByOne);
            assertThat(together.after()).isEqualTo(row);
            assertThat(together.written())
                    .extracting(LogRecord::seq)
                    .containsExactlyElementsOf(
                            IntStream.range(0, together.written().size())
                                    .mapToObj(Long::valueOf)
                                    .toList());
        }
    }

    private static void remember(Map<String, Part> parts, LogRecord written) {
        if (written.partId() != null) {
            parts.put(written.partId(), new Part(written.seq(), written.at()));
        }
    }

    private static List<Append> randomAppends(Random random) {
        List<Append> appends = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            List<NewRecord> records = IntStream.range(0, random.nextInt(3))
                    .mapToObj(n -> random.nextBoolean() ? raw("r") : part("part-" + random.nextInt(6)))
                    .toList();
            ProducerStamp producer = random.nextInt(3) > 0
                    ? null
                    : new ProducerStamp("p" + random.nextInt(5), random.nextInt(2), random.nextInt(4));
            String seq = random.nextInt(4) > 0 ? null : Integer.toString(random.nextInt(30));
            boolean close = records.isEmpty() && random.nextInt(20) == 0;
            appends.add(new Append(
                    TO, random.nextInt(9) == 0 ? "text/html" : null, records, close, producer, seq, null, null));
        }
        return appends;
    }

    private AppendOutcome produce(long epoch, long seq) {
        return fold.apply(
                new Append(TO, null, List.of(raw("x")), false, new ProducerStamp("p", epoch, seq), null, null, null),
                NOW);
    }

    private static void fill(StreamFold stream) {
        for (int i = 0; i < LIMITS.producers(); i++) {
            stream.apply(
                    new Append(
                            TO,
                            null,
                            List.of(raw("x".repeat(30))),
                            false,
                            new ProducerStamp("p" + i, 0, 0),
                            null,
                            null,
                            null),
                    NOW);
        }
    }

    private static NewRecord mark(String says) {
        RecordHeader header = new RecordHeader(Buffer.buffer("trigger-control"), Buffer.buffer(says));
        return new NewRecord(Kind.CONTROL, Buffer.buffer(), List.of(header), null);
    }

    private static StreamFold fold(StreamRow row) {
        return new StreamFold(row, Map.of(), Map.of(), LIMITS);
    }

    private static StreamRow row(long next, @Nullable Instant closedAt) {
        return new StreamRow(1, 0, "text/plain", 0, next, 0, 0, null, null, closedAt, null, false, null, null);
    }

    /** As it is when everything was written at one time. */
    private static Appended appended(StreamEnd end, List<Long> seqs, @Nullable ProducerStamp producer) {
        return new Appended(end, seqs, producer, Collections.nCopies(seqs.size(), NOW), NOW);
    }

    private static Append append(String... bodies) {
        return Append.of(TO, List.of(bodies).stream().map(StreamFoldTest::raw).toList());
    }

    private static Append closing(List<NewRecord> records, @Nullable ProducerStamp producer) {
        return new Append(TO, null, records, true, producer, null, null, null);
    }

    private static Append trim(long to) {
        return new Append(TO, null, List.of(raw("trim")), false, null, null, null, to);
    }

    private static NewRecord raw(String body) {
        return NewRecord.raw(Buffer.buffer(body));
    }

    private static NewRecord command(String name, Buffer body) {
        return new NewRecord(Kind.COMMAND, body, List.of(new RecordHeader(Buffer.buffer(), Buffer.buffer(name))), null);
    }

    private static Append fenced(String token, NewRecord record) {
        return new Append(TO, null, List.of(record), false, null, null, null, null, token, false);
    }

    private static StreamEnd end(long next) {
        return new StreamEnd(1, 0, next, false);
    }

    private static NewRecord part(String id) {
        return new NewRecord(Kind.ENVELOPE, Buffer.buffer("{}"), List.of(), id);
    }
}
