package dev.turnkeep.session.price;

import dev.turnkeep.contracts.id.Scope;
import dev.turnkeep.contracts.id.SessionId;
import dev.turnkeep.contracts.id.TurnId;
import dev.turnkeep.contracts.price.Bill;
import dev.turnkeep.contracts.price.Charge;
import dev.turnkeep.contracts.price.Prices;
import dev.turnkeep.contracts.price.RatesJson;
import dev.turnkeep.contracts.problem.Invalid;
import dev.turnkeep.contracts.problem.Problem;
import dev.turnkeep.contracts.turn.Usage;
import dev.turnkeep.session.store.Database;
import dev.turnkeep.session.store.RowJson;
import dev.turnkeep.session.store.Statement;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what turns were charged, and by what; and what the threads of a session took part. */
@Singleton
public class PriceReader {
    private static final String TURN = """
            SELECT t.turn_id, t.session_id, t.provider, t.model, t.event_at, t.cost_nano_usd, t.cost_source, t.price_ref, p.source, p.version, p.provider AS price_provider,
                   p.model AS price_model, p.rates::text AS rates, %s
            FROM turns t
            LEFT JOIN prices p ON p.ref = t.price_ref
            WHERE t.org_id = $1 AND t.environment = $2 AND t.turn_id = $3
            """.formatted(StoredUsage.COLUMNS);

    private static final String THREADS = """
            SELECT h.thread_id, h.agent, h.model, h.turn_count, h.late_turn_count, h.input_tokens, h.output_tokens,
                   h.cache_read_tokens, h.cache_write_tokens, h.reasoning_tokens, h.tool_calls, h.tool_errors,
                   h.cost_nano_usd, h.unpriced_turns, h.started_at, h.last_event_at
            FROM session_threads h
            WHERE h.org_id = $1 AND h.environment = $2 AND h.session_id = $3
            ORDER BY h.started_at, h.thread_id
            LIMIT 1000
            """;

    private static final String SESSION = """
            SELECT 1
            FROM sessions s
            WHERE s.org_id = $1 AND s.environment = $2 AND s.id = $3 AND NOT s.is_placeholder
            """;

    private final Database database;
    private final Prices prices;

    PriceReader(Database database, Prices prices) {
        this.database = database;
        this.prices = prices;
    }

    /** The sub-agents of a session in the order of their beginnings. */
    List<Map<String, @Nullable Object>> threads(Scope scope, SessionId session) {
        return database.inOrg(scope.org(), work -> {
            if (work.row(statement(SESSION, scope, session.value())).isEmpty()) {
                throw notFound();
            }
            return work.rows(statement(THREADS, scope, session.value())).stream()
                    .map(row -> RowJson.of(row, Set.of()))
                    .toList();
        });
    }

    /** How a turn's cost came about, from the price that is kept of it; and what it would cost by the prices of now. */
    Explanation explain(Scope scope, TurnId turn) {
        Row row = database.inOrg(scope.org(), work -> work.row(statement(TURN, scope, turn.value()))
                .orElseThrow(PriceReader::notFound));
        Usage usage = StoredUsage.of(row);
        @Nullable String rates = row.getString("rates");
        Bill bill = rates == null
                ? null
                : RatesJson.kept(rates).map(known -> known.bill(usage)).orElse(null);
        Charge now = prices.charge(
                row.getString("provider"),
                row.getString("model"),
                usage,
                row.getOffsetDateTime("event_at").toInstant(),
                null);
        return Explanation.of(row, usage, bill, now);
    }

    private static Statement statement(String sql, Scope scope, Object key) {
        return Statement.of(sql, scope.org().value(), scope.environment().value(), key);
    }

    private static Invalid notFound() {
        return new Invalid(Problem.NOT_FOUND, null, Problem.NOT_FOUND.title());
    }
}
