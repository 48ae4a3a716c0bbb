package dev.turnkeep.ingest;

/** Turns to post. */
final class Turns {
    private Turns() {}

    /** A turn of the harness {@code claude} whose request says {@code text}. */
    static String anthropic(String session, String text) {
        return """
                {"provider":"anthropic","agent_name":"claude-code",
                 "request":{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":"%s"}]},
                 "response":{"model":"claude-sonnet-4-5",
                  "message":{"role":"assistant","content":[{"type":"text","text":"hello"}]},
                  "done":true,"stop_reason":"end_turn",
                  "usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}},
                 "meta":{"ts_request":"2026-03-01T12:00:00Z","elapsed_seconds":1.5},
                 "session":{"auth_subject":"u1","harness_id":"claude","harness_session_id":"%s"}}""".formatted(text, session).replace("\n", "");
    }
}
