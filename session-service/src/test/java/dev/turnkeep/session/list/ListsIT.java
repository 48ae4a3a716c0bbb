package dev.turnkeep.session.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.turnkeep.localstack.junit.LocalStackResource;
import dev.turnkeep.localstack.junit.TestSpace;
import dev.turnkeep.platform.http.RetryLater;
import dev.turnkeep.session.clickhouse.ClickHouse;
import dev.turnkeep.session.clickhouse.ClickHouseAway;
import dev.turnkeep.session.clickhouse.ClickHouseConfig;
import dev.turnkeep.session.page.Cursors;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.turn.ServiceOnTest;
import dev.turnkeep.session.turn.ServiceOnTest.Answer;
import dev.turnkeep.session.turn.ServiceOnTest.Tenant;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(ListedService.class)
class ListsIT {
    private static final int MANY = 10_000;

    @Nullable
    TestSpace space;

    @ConfigProperty(name = "quarkus.http.port")
    int port;

    @Inject
    Database database;

    @Inject
    Cursors cursors;

    @Inject
    ListConfig config;

    @Inject
    ClickHouseConfig clickHouseConfig;

    private ServiceOnTest service;
    private Projection stores;
    private Tenant tenant;

    @BeforeEach
    void open() throws SQLException {
        TestSpace opened = space;
        if (opened == null) {
            throw new IllegalStateException("no engines");
        }
        service = new ServiceOnTest(opened, port);
        stores = new Projection(opened);
        tenant = service.tenant();
        stores.positionIsNow();
    }

    @AfterEach
    void close() throws SQLException {
        service.close();
        stores.close();
    }

    // --- 10,000 sessions

    @Test
    void point11EveryOneOfTenThousandSessionsIsListedOnceInBothDirectionsWhileOthersAreMade() {
        // Given
        seed(MANY, "'{}'");
        List<String> expected = ids("true", "created_at DESC, id DESC");
        Set<String> known = new HashSet<>(expected);

        // When
        Walked there = whileOthersAreMade(() -> apiPages("", "page[after]", null));

        // Then
        assertThat(there.ids()).doesNotHaveDuplicates();
        assertThat(there.ids().stream().filter(known::contains)).containsExactlyElementsOf(expected);

        // When
        Walked back = whileOthersAreMade(
                () -> apiPages("", "page[before]", there.cursors().getLast()));

        // Then: the last cursor of the way there stands at the end of its last page but one
        String end = there.pages().get(there.pages().size() - 2).getLast();
        List<String> all = there.ids();
        List<String> before = all.subList(0, all.indexOf(end)).stream()
                .filter(known::contains)
                .toList();
        assertThat(back.ids()).doesNotHaveDuplicates();
        assertThat(back.inOrder().stream().filter(known::contains)).containsExactlyElementsOf(before);
    }

    @Test
    void aFilteredListOfTenThousandSessionsIsRightWhileClickHouseLags() {
        // Given
        seed(MANY, "CASE WHEN n % 20 = 0 THEN '{wanted}'::text[] ELSE '{other}' END");
        stores.positionIsNow();
        stores.sessions(mine() + " AND name::int % 3 <> 0");
        stores.postgres("INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at,"
                + " payload, created_at) SELECT gen_random_uuid(), org_id, environment, id, 0, 'session.updated', now(),"
                + " '{}', now() FROM sessions WHERE " + mine() + " AND name::int % 3 = 0");
        change("name::int % 40 = 0", "tags = '{other}'");
        change("name::int % 40 = 10", "tags = '{wanted,more}'");
        List<String> expected = ids("'wanted' = ANY (tags)", "created_at DESC, id DESC");
        assertThat(expected).hasSizeGreaterThan(450);

        // When
        Walked there = apiPages("&filter[tags]=wanted", "page[after]", null);

        // Then
        assertThat(there.ids()).isEqualTo(expected);
        assertThat(there.pages().subList(0, there.pages().size() - 1))
                .allSatisfy(page -> assertThat(page).hasSize(100));

        // When
        Walked back =
                apiPages("&filter[tags]=wanted", "page[before]", there.cursors().getLast());

        // Then
        assertThat(back.inOrder())
                .isEqualTo(expected.subList(0, 100 * (there.pages().size() - 1) - 1));
    }

    @Test
    void newestFirstListsOfTenThousandSessionsAreRightWithoutClickHouseWhileOthersAreMade() {
        // Given
        seed(MANY, "'{often}'");
        List<String> expected = ids("true", "created_at DESC, id DESC");
        Set<String> known = new HashSet<>(expected);
        SessionLists lists = withoutClickHouse();

        // When
        List<SessionLists.Listed> there = new ArrayList<>();
        whileOthersAreMade(() -> there.addAll(walk(lists, null)));

        // Then
        assertThat(keys(there)).doesNotHaveDuplicates();
        assertThat(keys(there).stream().filter(known::contains)).containsExactlyElementsOf(expected);

        // When
        List<SessionLists.Listed> back = new ArrayList<>();
        String last = there.getLast().previous();
        whileOthersAreMade(() -> back.addAll(walk(lists, last)));

        // Then
        List<String> before = keys(there.subList(0, there.size() - 1)).stream()
                .filter(known::contains)
                .toList();
        assertThat(last).isNotNull();
        assertThat(keys(back)).doesNotHaveDuplicates();
        assertThat(keys(back.reversed()).stream().filter(known::contains)).containsExactlyElementsOf(before);

        // When
        Filter closed = new Filter(
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of("closed"),
                Set.of(),
                Set.of(),
                Set.of(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                false);

        // Then
        assertThatThrownBy(() -> lists.page(wanted(closed, Sort.CREATED_AT, null)))
                .isInstanceOf(RetryLater.class);
        assertThatThrownBy(() -> lists.page(wanted(Filter.ALL, Sort.TURN_COUNT, null)))
                .isInstanceOf(RetryLater.class);
    }

    @Test
    void whatNeedsClickHouseSaysWhenToComeBackWhileItsTablesAreMadeAnew() {
        // Given
        seed(1000, "'{}'");
        stores.restoring();

        // Then
        for (String query : List.of("?tag=none", "?sort=turn_count", "?sort=last_active")) {
            assertThat(list(query).status()).as(query).isEqualTo(503);
        }
        assertThat(list("?direction=asc").status()).isEqualTo(200);
    }

    // --- changes

    @Test
    void point13ASessionIsInTheVeryNextListWithItsCurrentValuesUntilItIsDeleted() {
        // Given: more sessions than the first stretch, all in ClickHouse
        seed(200, "'{}'");
        stores.positionIsNow();
        stores.sessions(mine());
        String oldest = ids("true", "created_at, id").getFirst();

        // When
        change("id = '" + oldest + "'", "tags = '{hot}'");

        // Then
        assertThat(listed("?tag=hot")).containsExactly(oldest);

        // When
        stores.positionIsNow();
        stores.sessions(mine());
        change("id = '" + oldest + "'", "tags = '{cold}', display_name = 'Renamed'");

        // Then
        assertThat(listed("?tag=hot")).isEmpty();
        assertThat(list("?tag=cold").body().at("/items/0/display_name").asText())
                .isEqualTo("Renamed");
        assertThat(listed("?text=RENAMED")).containsExactly(oldest);

        // When
        stores.postgres("DELETE FROM sessions WHERE id = '" + oldest + "'");

        // Then
        assertThat(listed("?tag=cold")).isEmpty();
        assertThat(listed("?text=RENAMED")).isEmpty();
        assertThat(listed("?limit=200&direction=asc")).hasSize(199).doesNotContain(oldest);

        // When
        seed(1, "'{new}'");

        // Then
        assertThat(listed("?tag=new")).hasSize(1);
        assertThat(listed("?sort=total_tokens&tag=new")).hasSize(1);
    }

    @Test
    void anOpenSessionIsSortedByWhatItsTurnsHaveJustMadeOfIt() {
        // Given
        seed(200, "'{}'");
        stores.postgres("UPDATE sessions SET state = 'open', epoch = 1, started_at = created_at,"
                + " last_event_at = created_at WHERE " + mine() + " AND name::int % 2 = 0");
        stores.positionIsNow();
        stores.sessions(mine());
        String oldest = ids("state = 'open'", "created_at, id").getFirst();

        // When: a turn writes no session event
        stores.postgres(
                "UPDATE sessions SET turn_count = 7, last_event_at = now(), input_tokens = 70, version = version + 1"
                        + " WHERE id = '" + oldest + "'");

        // Then
        assertThat(listed("?sort=last_active&limit=1")).containsExactly(oldest);
        assertThat(listed("?sort=turn_count&limit=1")).containsExactly(oldest);
        assertThat(listed("?sort=total_tokens&limit=1")).containsExactly(oldest);
    }

    @ParameterizedTest
    @CsvSource({
        "last_active, 'coalesce(last_event_at, created_at)'",
        "started_at, 'coalesce(started_at, created_at)'",
        "turn_count, turn_count",
        "total_cost_usd, cost_nano_usd",
        "total_tokens, input_tokens + output_tokens",
        "duration_ns, 'coalesce(last_event_at - started_at, interval ''0'')'",
        "derived_status, 'status COLLATE \"C\"'",
        "auth_subject, 'coalesce(auth_subject, '''') COLLATE \"C\"'"
    })
    void everyOrderPagesThroughAllSessions(String sort, String sql) {
        // Given
        seed(150, "'{}'");
        stores.postgres("""
                UPDATE sessions SET turn_count = name::int %% 7, cost_nano_usd = name::int %% 5, input_tokens = name::int %% 3,
                    started_at = created_at - interval '1 hour', last_event_at = created_at + name::int %% 9 * interval '1 ms',
                    auth_subject = CASE name::int %% 4 WHEN 0 THEN 'a' WHEN 1 THEN 'ä' WHEN 2 THEN '😀' END,
                    status = CASE WHEN name::int %% 2 = 0 THEN 'failed' ELSE 'completed' END
                WHERE %s AND name::int > 10
                """.formatted(mine()));
        stores.positionIsNow();
        stores.sessions(mine());

        for (String direction : List.of("asc", "desc")) {
            // When
            List<String> seen = new ArrayList<>();
            String cursor = "";
            do {
                JsonNode page = list("?limit=40&sort=" + sort + "&direction=" + direction + cursor)
                        .body();
                page.path("items").forEach(item -> seen.add(item.path("id").asText()));
                cursor = page.has("next_cursor")
                        ? "&cursor=" + page.path("next_cursor").asText()
                        : "";
            } while (!cursor.isEmpty());

            // Then
            assertThat(seen).isEqualTo(ids("true", sql + " " + direction + ", id " + direction));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"created_at", "last_active", "started_at", "turn_count", "total_tokens", "derived_status"})
    void point13ASessionThatWasJustCreatedIsInEveryListBeforeClickHouseHearsOfIt(String sort) {
        // Given: more sessions than the first stretch, all in ClickHouse
        seed(200, "'{}'");
        stores.positionIsNow();
        stores.sessions(mine());
        JsonNode created = service.send(
                        "POST",
                        "/api/v1/sessions",
                        tenant.key(),
                        "{\"type\":\"t\",\"taskIdentifier\":\"a\",\"tags\":[\"made\"],\"triggerConfig\":{\"basePayload\":{}}}")
                .body();
        String source = created.path("id").asText();

        // When
        String fork = service.send("POST", "/v1/sessions/" + source + "/fork", tenant.key(), "{}")
                .body()
                .at("/session/friendly_id")
                .asText();

        // Then
        for (String direction : List.of("asc", "desc")) {
            List<String> seen = new ArrayList<>();
            String cursor = "";
            do {
                JsonNode page = list("?limit=60&sort=" + sort + "&direction=" + direction + cursor)
                        .body();
                page.path("items")
                        .forEach(item -> seen.add(item.path("friendly_id").asText()));
                cursor = page.has("next_cursor")
                        ? "&cursor=" + page.path("next_cursor").asText()
                        : "";
            } while (!cursor.isEmpty());
            assertThat(seen).as(direction).contains(source, fork).hasSize(202).doesNotHaveDuplicates();
        }
        assertThat(listed("?sort=" + sort + "&tag=made")).hasSize(2);
        assertThat(listed("?direction=asc&tag=made")).hasSize(2);
    }

    @Test
    void aFilterThatTurnsDoNotMoveLooksAtNoOpenSessionThatClickHouseKnows() {
        // Given
        seed(200, "'{}'");
        stores.postgres("UPDATE sessions SET state = 'open', epoch = 1, started_at = created_at,"
                + " last_event_at = created_at WHERE " + mine());
        stores.positionIsNow();
        String oldest = ids("true", "created_at, id").getFirst();

        // When: ClickHouse has none of them, which does not happen, and shows who is asked
        stores.postgres("UPDATE sessions SET tags = '{hidden}', name = 'hidden' WHERE id = '" + oldest + "'");

        // Then
        assertThat(listed("?tag=hidden")).isEmpty();
        assertThat(listed("?text=hidden")).containsExactly(oldest);
    }

    // --- filters

    @Test
    void point17ANameIsLookedUpInPostgresWhateverClickHouseKnows() {
        // Given
        seed(100, "'{}'");
        stores.restoring();
        String named = ids("name = '1'", "id").getFirst();
        stores.postgres("UPDATE sessions SET external_id = 'chat, the first' WHERE id = '" + named + "'");

        // Then
        assertThat(apiPage("?filter[externalId]=" + encoded("chat, the first"))
                        .body()
                        .path("data"))
                .hasSize(1);
        assertThat(listed("?external_id=" + encoded("chat, the first"))).containsExactly(named);
        assertThat(apiPage("?filter[externalId]=chat").body().path("data")).isEmpty();
    }

    @Test
    void point14ClientsFilterByCommaListsAndRepeatedKeysStatusAndTime() {
        // Given
        seed(90, "'{}'");
        stores.postgres(
                "UPDATE sessions SET type = CASE name::int % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' ELSE 'c' END WHERE "
                        + mine());
        stores.postgres("UPDATE sessions SET closed_at = now(), state = 'closed' WHERE " + mine() + " AND type = 'a'");
        stores.postgres("UPDATE sessions SET expires_at = now() - interval '1 s' WHERE " + mine() + " AND type = 'b'");
        stores.postgres("UPDATE sessions SET closed_at = now(), state = 'closed' WHERE " + mine()
                + " AND type = 'b' AND name::int % 2 = 0");
        stores.positionIsNow();
        stores.sessions(mine());

        // Then
        assertThat(sizeOf("filter[type]=a,b")).isEqualTo(60);
        assertThat(sizeOf("filter[type]=a&filter[type]=c")).isEqualTo(60);
        assertThat(sizeOf("filter[status]=CLOSED")).isEqualTo(30);
        assertThat(sizeOf("filter[status]=EXPIRED")).isEqualTo(30);
        assertThat(sizeOf("filter[status]=ACTIVE,CLOSED")).isEqualTo(60);
        assertThat(sizeOf("filter[createdAt][period]=100d")).isEqualTo(90);
        assertThat(sizeOf("filter[createdAt][period]=1h")).isZero();
        assertThat(sizeOf("filter[createdAt][from]=0")).isEqualTo(90);
        assertThat(sizeOf("filter[createdAt][to]=0")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "filter[createdAt][period]=soon, 400",
        "filter[createdAt][period]=7, 400",
        "filter[createdAt][period]=1h 30m, 200",
        "filter[createdAt][from]=0, 200",
        "filter[createdAt][to]=0, 200"
    })
    void point15APeriodThatMeansNothingIsRefusedAndZeroIsATime(String query, int status) {
        // Given
        seed(1, "'{}'");

        // When
        Answer answer = apiPage("?" + query.replace(" ", "%20"));

        // Then
        assertThat(answer.status()).isEqualTo(status);
        if (query.endsWith("=0")) {
            assertThat(answer.body().path("data")).hasSize(query.contains("[to]") ? 0 : 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "filter[createdAt][period]=soon",
                "filter[createdAt][from]=yesterday",
                "filter[createdAt][to]=99999999999999999999",
                "filter[status]=OPEN",
                "page[size]=0",
                "page[size]=101",
                "page[size]=ten",
                "page[after]=nonsense",
                "page[before]=AgAA",
                "filter[type]=%00"
            })
    void whatCannotBeUnderstoodIsRefusedInTheWordsOfItsClients(String query) {
        // When
        Answer answer = apiPage("?" + query.replace("[", "%5B").replace("]", "%5D"));

        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().path("error").asText()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=-1",
                "limit=x",
                "sort=colour",
                "direction=up",
                "since=yesterday",
                "until=+300000-01-01T00:00:00Z",
                "cursor=nonsense",
                "status=lost",
                "state=lost",
                "include=all",
                "harness_id=claude",
                "harness_session_id=s",
                "harness_id=claude&harness_session_id=s&sort=turn_count",
                "tag=%ED%A0%80%00"
            })
    void whatCannotBeUnderstoodIsRefused(String query) {
        assertThat(list("?" + query).status()).isEqualTo(400);
    }

    @Test
    void aCursorBelongsToItsListAndItsTenant() {
        // Given
        seed(30, "'{}'");
        String cursor = list("?limit=10").body().path("next_cursor").asText();
        Tenant other = service.tenant();

        // Then
        assertThat(list("?limit=5&cursor=" + cursor).status()).isEqualTo(200);
        assertThat(list("?cursor=" + cursor + "&direction=asc").status()).isEqualTo(400);
        assertThat(list("?cursor=" + cursor + "&sort=last_active").status()).isEqualTo(400);
        assertThat(list("?cursor=" + cursor + "&tag=x").status()).isEqualTo(400);
        assertThat(service.get("/v1/sessions?cursor=" + cursor, other.key()).status())
                .isEqualTo(400);
    }

    @Test
    void point14ClientsMayAddBeforeToAfterAsTheyDoWhenTheyGoBack() {
        // Given
        seed(10, "'{}'");
        JsonNode first = apiPage("?page[size]=4").body();
        String after = first.at("/pagination/next").asText();
        JsonNode second = apiPage("?page[size]=4&page[after]=" + after).body();

        // When
        JsonNode back = apiPage("?page[size]=4&page[after]=" + after + "&page[before]="
                        + second.at("/pagination/previous").asText())
                .body();

        // Then
        assertThat(back.path("data")).isEqualTo(first.path("data"));
        assertThat(first.path("pagination").has("previous")).isFalse();
        assertThat(back.path("pagination").has("previous")).isFalse();
        String next = back.at("/pagination/next").asText();

        // When: the client goes on from there, and repeats where it had gone back from
        JsonNode again = apiPage("?page[size]=4&page[after]=" + next + "&page[before]="
                        + second.at("/pagination/previous").asText())
                .body();

        // Then
        assertThat(again.path("data")).isEqualTo(second.path("data"));
    }

    @Test
    void point12AShortPageBackStillSaysWhatFollowsIt() {
        // Given
        seed(10, "'{}'");
        String third = apiPage("?page[size]=3").body().at("/pagination/next").asText();

        // When
        JsonNode back = apiPage("?page[size]=100&page[before]=" + third).body();

        // Then
        assertThat(back.path("data")).hasSize(2);
        String next = back.at("/pagination/next").asText();
        assertThat(apiPage("?page[size]=100&page[after]=" + next).body().path("data"))
                .hasSize(8);
    }

    @Test
    void neitherPlaceholdersNorOtherTenantsAreListedAndRetiredOnesOnlyWhenAskedFor() {
        // Given
        seed(6, "'{x}'");
        stores.postgres("UPDATE sessions SET is_placeholder = true WHERE " + mine() + " AND name = '1'");
        stores.postgres("UPDATE sessions SET state = 'retired', retired_at = now() WHERE " + mine()
                + " AND name IN ('2', '3')");
        stores.positionIsNow();
        stores.sessions(mine());
        Tenant other = service.tenant();

        // Then
        assertThat(listed("")).hasSize(3);
        assertThat(listed("?include=retired")).hasSize(5);
        assertThat(listed("?sort=turn_count")).hasSize(3);
        assertThat(listed("?sort=turn_count&include=retired")).hasSize(5);
        assertThat(apiPage("").body().path("data")).hasSize(3);
        assertThat(service.get("/v1/sessions", other.key()).body().path("items"))
                .isEmpty();
        assertThat(service.get("/v1/sessions?sort=turn_count", other.key())
                        .body()
                        .path("items"))
                .isEmpty();
        assertThat(service.get("/v1/sessions/count", other.key())
                        .body()
                        .path("count")
                        .asLong())
                .isZero();
        assertThat(count("")).isEqualTo(3);
        assertThat(count("?include=retired&tag=x")).isEqualTo(5);
    }

    @Test
    void aKeyOfOneTaskListsOnlyWithItsFilter() {
        // Given
        seed(4, "'{}'");
        Answer made = service.send(
                "POST",
                "/v1/admin/keys",
                ServiceOnTest.ADMIN_KEY,
                "{\"org_id\":\"%s\",\"environment\":\"test\",\"scopes\":[\"read:tasks:task\"]}"
                        .formatted(tenant.scope().org()));
        String key = made.body().path("key").asText();

        // Then
        assertThat(service.get("/api/v1/sessions?filter%5BtaskIdentifier%5D=task", key)
                        .body()
                        .path("data"))
                .hasSize(4);
        assertThat(service.get("/api/v1/sessions", key).status()).isEqualTo(403);
        assertThat(service.get("/api/v1/sessions?filter%5BtaskIdentifier%5D=task,other", key)
                        .status())
                .isEqualTo(403);
        assertThat(service.get("/api/v1/sessions", "").status()).isEqualTo(401);
    }

    // --- counts, tags, totals

    @Test
    void point16TagsAreCountedWithoutWhatIsSuperseded() {
        // Given
        seed(5, "ARRAY['t''ag', 'n' || n, 'old']");
        stores.sessions(mine());
        stores.postgres("UPDATE sessions SET tags = ARRAY['t''ag', name] WHERE " + mine());
        stores.sessions(mine());

        // When
        JsonNode first = tags("?limit=4");
        JsonNode second = tags("?limit=4&cursor=" + first.path("next_cursor").asText());

        // Then
        assertThat(first.path("items").findValuesAsText("tag")).containsExactly("1", "2", "3", "4");
        assertThat(second.path("items").findValuesAsText("tag")).containsExactly("5", "t'ag");
        assertThat(second.at("/items/1/session_count").asInt()).isEqualTo(5);
        assertThat(second.has("next_cursor")).isFalse();
        assertThat(tags("?containing=" + encoded("T'A")).path("items")).hasSize(1);
    }

    @Test
    void totalsAreOfTheTurnsOfTheWindow() {
        // Given
        seed(2, "'{}'");
        stores.postgres("""
                INSERT INTO turns (turn_id, org_id, environment, session_id, seq, payload_digest, provider, model, root_hash,
                    leaf_hash, node_count, status, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
                    cache_write_1h_tokens, reasoning_tokens, cost_nano_usd, cost_source, tool_calls, tool_errors, event_at,
                    received_at, late, kafka_topic, kafka_partition, kafka_offset, meta, created_at)
                SELECT gen_random_uuid(), s.org_id, s.environment, s.id, n, sha256('p'), 'anthropic',
                       CASE WHEN n %% 2 = 0 THEN 'm-2' ELSE 'm-1' END, sha256('r'), sha256('l'), 1, 'completed', 10, 5, 0, 0, 0,
                       0, CASE WHEN n %% 2 = 0 THEN 100 END, CASE WHEN n %% 2 = 0 THEN 'priced' ELSE 'unpriced' END, 1, 0,
                       timestamptz '2026-03-01 00:30:00+00' + n * interval '1 hour', now(), false, 't', 0, 0, '{}', now()
                FROM sessions s, generate_series(1, 4) AS n WHERE %s
                """.formatted(mine()));
        stores.sessions(mine());
        stores.turns(mine());

        // When
        JsonNode stats = service.get(
                        "/v1/stats?bucket=hour&since=2026-03-01T02:00:00Z&until=2026-03-01T05:00:00Z", tenant.key())
                .body();

        // Then
        assertThat(stats.at("/totals/turn_count").asInt()).isEqualTo(6);
        assertThat(stats.at("/totals/session_count").asInt()).isEqualTo(2);
        assertThat(stats.at("/totals/input_tokens").asInt()).isEqualTo(60);
        assertThat(stats.at("/totals/cost_nano_usd").asInt()).isEqualTo(400);
        assertThat(stats.at("/totals/unpriced_turns").asInt()).isEqualTo(2);
        assertThat(stats.path("models").findValuesAsText("model")).containsExactly("m-2", "m-1");
        assertThat(stats.path("series").findValuesAsText("at"))
                .containsExactly(
                        "2026-03-01T02:00:00.000000Z", "2026-03-01T03:00:00.000000Z", "2026-03-01T04:00:00.000000Z");
        assertThat(listed("?model=m-1")).hasSize(2);
        assertThat(listed("?model=m-3")).isEmpty();
        assertThat(listed("?sort=turn_count&model=m-1&model=m-2")).hasSize(2);
        assertThat(count("?model=m-2")).isEqualTo(2);
        for (String wrong : List.of("?bucket=year", "?since=2020-01-01T00:00:00Z", "?since=2999-01-01T00:00:00Z")) {
            assertThat(service.get("/v1/stats" + wrong, tenant.key()).status()).isEqualTo(400);
        }
    }

    @Test
    void aQuestionThatTakesTooLongIsNotTakenForAServerThatIsAway() {
        // Given
        ClickHouse asked = new ClickHouse(
                new Answering(
                        clickHouseConfig.url(),
                        clickHouseConfig.user(),
                        clickHouseConfig.password(),
                        clickHouseConfig.database(),
                        Duration.ofSeconds(2)),
                new SimpleMeterRegistry(),
                Clock.systemUTC());

        // When
        assertThatThrownBy(() ->
                        asked.rows("SELECT sum(sleepEachRow(0.2)) AS n FROM numbers(50) SETTINGS max_block_size = 1"))
                .isInstanceOf(ClickHouseAway.class);

        // Then
        assertThat(asked.rows("SELECT 7 AS n").getFirst().getLong("n")).isEqualTo(7);
    }

    // --- what the tests say

    /** Sessions of few, disordered times, named by their number. */
    private void seed(int sessions, String tags) {
        stores.postgres("""
                WITH made AS (
                    INSERT INTO sessions (id, friendly_id, org_id, environment, harness_id, type, task_identifier, state, name,
                        tags, created_at, updated_at)
                    SELECT i.id, 'session_' || i.id, '%s', 'test', 'claude', 'agent', 'task', 'created', n::text, %s,
                           date_trunc('second', now()) - interval '10 days' + (n * 7919 %% 500) * interval '1 second', now()
                    FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, %d) AS n) i
                    RETURNING id, org_id, environment
                )
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                SELECT gen_random_uuid(), m.org_id, m.environment, m.id, 0, 'session.updated', now(), '{}', now() FROM made m
                """.formatted(tenant.scope().org(), tags, sessions));
    }

    /** Changes sessions, and says so in the same transaction. */
    private void change(String which, String how) {
        stores.postgres("""
                WITH changed AS (
                    UPDATE sessions SET %s, version = version + 1 WHERE %s AND %s RETURNING id, org_id, environment
                )
                INSERT INTO session_events (id, org_id, environment, session_id, epoch, type, occurred_at, payload, created_at)
                SELECT gen_random_uuid(), c.org_id, c.environment, c.id, 0, 'session.updated', now(), '{}', now()
                FROM changed c
                """.formatted(how, mine(), which));
    }

    private String mine() {
        return "org_id = '" + tenant.scope().org() + "'";
    }

    private List<String> ids(String where, String order) {
        return stores.rows("SELECT id FROM sessions WHERE " + mine() + " AND " + where + " ORDER BY " + order);
    }

    private Answer list(String query) {
        return service.get("/v1/sessions" + query, tenant.key());
    }

    private List<String> listed(String query) {
        Answer answer = list(query);
        assertThat(answer.status()).as(query).isEqualTo(200);
        List<String> ids = new ArrayList<>();
        answer.body().path("items").forEach(item -> ids.add(item.path("id").asText()));
        return ids;
    }

    private long count(String query) {
        return service.get("/v1/sessions/count" + query, tenant.key())
                .body()
                .path("count")
                .asLong();
    }

    private JsonNode tags(String query) {
        Answer answer = service.get("/v1/sessions/tags" + query, tenant.key());
        assertThat(answer.status()).isEqualTo(200);
        return answer.body();
    }

    private Answer apiPage(String query) {
        return service.get("/api/v1/sessions" + query.replace("[", "%5B").replace("]", "%5D"), tenant.key());
    }

    private int sizeOf(String query) {
        Answer answer = apiPage("?page[size]=100&" + query);
        assertThat(answer.status()).as(query).isEqualTo(200);
        return answer.body().path("data").size();
    }

    /** What pages showed, one after the other, and the cursors between them. */
    private record Walked(List<List<String>> pages, List<String> cursors) {
        List<String> ids() {
            return pages.stream().flatMap(List::stream).toList();
        }

        /** Of a walk backwards: in the order of the list. */
        List<String> inOrder() {
            return pages.reversed().stream().flatMap(List::stream).toList();
        }
    }

    /** Page after page, each with something in it. */
    private Walked apiPages(String filter, String parameter, @Nullable String from) {
        Walked walked = new Walked(new ArrayList<>(), new ArrayList<>());
        String direction = parameter.equals("page[after]") ? "next" : "previous";
        String cursor = from == null ? "" : from;
        do {
            Answer answer =
                    apiPage("?page[size]=100" + filter + (cursor.isEmpty() ? "" : "&" + parameter + "=" + cursor));
            assertThat(answer.status()).isEqualTo(200);
            List<String> page = new ArrayList<>();
            answer.body()
                    .path("data")
                    .forEach(item -> page.add(item.path("id").asText().substring("session_".length())));
            assertThat(page).isNotEmpty();
            walked.pages().add(page);
            cursor = answer.body().path("pagination").path(direction).asText();
            if (!cursor.isEmpty()) {
                walked.cursors().add(cursor);
            }
        } while (!cursor.isEmpty());
        return walked;
    }

    /** Another thread makes sessions among those that are walked, before and behind the walker. */
    private <T> T whileOthersAreMade(Supplier<T> walk) {
        AtomicBoolean walked = new AtomicBoolean();
        AtomicInteger made = new AtomicInteger();
        try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> making = others.submit(() -> {
                while (!walked.get() || made.get() == 0) {
                    seed(5, "'{late}'");
                    made.incrementAndGet();
                }
            });
            try {
                return walk.get();
            } finally {
                walked.set(true);
                assertThatCode(() -> making.get()).doesNotThrowAnyException();
            }
        }
    }

    /** @param before where the way back begins; null for the way there */
    private List<SessionLists.Listed> walk(SessionLists lists, @Nullable String before) {
        List<SessionLists.Listed> pages = new ArrayList<>();
        String cursor = before;
        do {
            SessionLists.Listed page =
                    lists.page(before == null ? neighboured(cursor, null) : neighboured(null, cursor));
            pages.add(page);
            cursor = before == null ? page.next() : page.previous();
        } while (cursor != null);
        return pages;
    }

    private SessionLists.Wanted neighboured(@Nullable String after, @Nullable String before) {
        SessionLists.Wanted wanted = wanted(Filter.ALL, Sort.CREATED_AT, after);
        return new SessionLists.Wanted(
                wanted.scope(),
                wanted.filter(),
                wanted.name(),
                wanted.sort(),
                wanted.descending(),
                after,
                wanted.afterField(),
                before,
                "before",
                wanted.limit(),
                true,
                wanted.shape());
    }

    private static List<String> keys(List<SessionLists.Listed> pages) {
        return pages.stream()
                .flatMap(page -> page.items().stream())
                .map(item -> item.key().id().toString())
                .toList();
    }

    private SessionLists.Wanted wanted(Filter filter, Sort sort, @Nullable String cursor) {
        return new SessionLists.Wanted(
                tenant.scope(),
                filter,
                "test",
                sort,
                true,
                cursor,
                "cursor",
                null,
                "",
                100,
                false,
                new SessionLists.Shape("s.id", row -> new HashMap<>()));
    }

    private record Answering(
            Optional<String> url, String user, Optional<String> password, String database, Duration answerTimeout)
            implements ClickHouseConfig {
        @Override
        public Duration connectTimeout() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration pause() {
            return Duration.ofSeconds(30);
        }
    }

    private SessionLists withoutClickHouse() {
        ClickHouseConfig nowhere = new Answering(
                Optional.of("http://127.0.0.1:1"), "default", Optional.empty(), "turnkeep", Duration.ofSeconds(1));
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        ClickHouse away = new ClickHouse(nowhere, metrics, Clock.systemUTC());
        return new SessionLists(database, away, config, cursors, metrics, Clock.systemUTC());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
