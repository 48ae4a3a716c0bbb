package dev.turnkeep.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** What callers post: two kinds of turns, the same ones in every run. */
final class Payload {
    /** A fresh question and its answer, about 2 KB, ten to a session. */
    static final Payload SMALL = new Payload("small", 4_000, 4, 10, 0, 0, 1_000, 0);

    /** An agent's turn, about 126 KB: system prompt, tool definitions and the whole history come with every one. */
    static final Payload REAL = new Payload("real", 1_000, 2, 60, 14_000, 44_000, 20_500, 1_400);

    static final List<Payload> ALL = List.of(SMALL, REAL);

    // Sessions that are stored side by side must not compress each other better than real ones would.
    private static final int TALES = 16;

    final String name;

    /** How many turns one phase of a round posts. */
    final int turns;

    /** How many connections post batches of a hundred. */
    final int batchConnections;

    final int turnsOfSession;

    private final String system;
    private final String tools;
    private final int question;
    private final List<String> questions;
    // All exchanges of a session in one text: a turn's history is its beginning, up to the turn's end.
    private final List<String> histories;
    private final int[] ends;
    private final int exchange;

    private Payload(
            String name,
            int turns,
            int batchConnections,
            int turnsOfSession,
            int systemBytes,
            int toolsBytes,
            int questionBytes,
            int exchangeBytes) {
        this.name = name;
        this.turns = turns;
        this.batchConnections = batchConnections;
        this.turnsOfSession = turnsOfSession;
        this.exchange = exchangeBytes;
        Random random = new Random(turns);
        system = systemBytes == 0
                ? ""
                : "\"system\":[{\"type\":\"text\",\"text\":\"" + words(random, systemBytes) + "\"}],";
        tools = toolsBytes == 0 ? "" : "\"tools\":" + tools(random, toolsBytes) + ",";
        question = questionBytes;
        ends = new int[turnsOfSession];
        questions = IntStream.range(0, TALES)
                .mapToObj(tale -> words(new Random(tale), questionBytes))
                .toList();
        histories = IntStream.range(0, TALES).mapToObj(this::history).toList();
    }

    /**
     * The body of one turn. Turns of a session follow on each other as they do in life: each request repeats the answers
     * of those before it.
     *
     * @param session a name that no other session has; it is in the first message, so that no content is shared
     * @param turn from 0 to {@link #turnsOfSession}, exclusive
     */
    byte[] body(String session, int turn, String capturedAt) {
        int tale = Math.floorMod(session.hashCode(), TALES);
        // A small turn is no continuation: what it asks is its own.
        String name = exchange > 0 ? session : session + "-" + turn;
        String asked = name + " " + (exchange > 0 ? questions.get(tale) : words(new Random(name.hashCode()), question));
        String head = """
                {"provider":"anthropic","agent_name":"bench",\
                "session":{"auth_subject":"bench","harness_id":"bench","harness_session_id":"%1$s","cwd":"/srv/bench"},\
                "meta":{"request_id":"%1$s-%2$d","endpoint":"/v1/messages","upstream_status":200,\
                "elapsed_seconds":2.5,"captured_at":"%3$s"},\
                "response":{"model":"claude-sonnet-4-5","done":true,"stop_reason":"%4$s",\
                "message":{"role":"assistant","content":[%5$s]},\
                "usage":{"prompt_tokens":%6$d,"completion_tokens":120,"cache_read_input_tokens":%7$d}},\
                "request":{"model":"claude-sonnet-4-5","max_tokens":4096,"stream":true,%8$s%9$s\
                "messages":[{"role":"user","content":[{"type":"text","text":"%10$s"}]}""".formatted(
                        session,
                        turn,
                        capturedAt,
                        exchange > 0 ? "tool_use" : "end_turn",
                        answer(tale, turn, "tool_use_id", "tool_name", "tool_input"),
                        300 + ends[turn] / 4,
                        ends[turn] / 4,
                        system,
                        tools,
                        asked);
        return (head + histories.get(tale).substring(0, ends[turn]) + "]}}").getBytes(StandardCharsets.US_ASCII);
    }

    /** What is said in sessions that tell the same tale. */
    private String history(int tale) {
        StringBuilder text = new StringBuilder();
        for (int turn = 1; turn < turnsOfSession && exchange > 0; turn++) {
            text.append(exchange(tale, turn - 1));
            // All tales have the same lengths.
            ends[turn] = text.length();
        }
        return text.toString();
    }

    /** The answer of a turn and the result of the tool that it asked for, as the next request says them. */
    private String exchange(int tale, int turn) {
        return """
                ,{"role":"assistant","content":[%s]},{"role":"user","content":[\
                {"type":"tool_result","tool_use_id":"toolu_%d","content":"%s"}]}""".formatted(
                        answer(tale, turn, "id", "name", "input"),
                        turn,
                        words(new Random(31L * tale + turn + 1_000), exchange - 300));
    }

    private String answer(int tale, int turn, String id, String name, String input) {
        String said = "{\"type\":\"text\",\"text\":\"" + words(new Random(31L * tale + turn), exchange > 0 ? 150 : 350)
                + "\"}";
        return exchange == 0 ? said : said + """
                        ,{"type":"tool_use","%s":"toolu_%d","%s":"read_file","%s":{"path":"src/part_%d.txt","limit":200}}\
                        """.formatted(id, turn, name, input, turn);
    }

    private static String tools(Random random, int bytes) {
        StringBuilder tools = new StringBuilder("[");
        for (int i = 0; tools.length() < bytes; i++) {
            tools.append(i == 0 ? "" : ",")
                    .append("{\"name\":\"tool_")
                    .append(i)
                    .append("\",\"description\":\"")
                    .append(words(random, 2_000))
                    .append("\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},")
                    .append("\"limit\":{\"type\":\"integer\"}},\"required\":[\"path\"]}}");
        }
        return tools.append(']').toString();
    }

    /** Words of a small language: they compress about as prose and code do. */
    private static String words(Random random, int bytes) {
        StringBuilder text = new StringBuilder(bytes + 16);
        while (text.length() < bytes) {
            int length = 2 + random.nextInt(8);
            Random word = new Random(random.nextInt(3_000));
            for (int i = 0; i < length; i++) {
                text.append((char) ('a' + word.nextInt(26)));
            }
            text.append(random.nextInt(12) == 0 ? ".\\n" : " ");
        }
        text.setLength(bytes);
        // An escape that was cut in two.
        if (text.charAt(bytes - 1) == '\\') {
            text.setCharAt(bytes - 1, '.');
        }
        return text.toString();
    }
}
