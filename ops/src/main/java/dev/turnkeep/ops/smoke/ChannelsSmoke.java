package dev.turnkeep.ops.smoke;

import java.util.Map;

/** Channels of a session. */
record ChannelsSmoke(Smoke smoke, Tenant tenant) {

    void run() {
        Caller sessions = tenant.sessions();
        smoke.check("a channel is written, read, trimmed, followed and closed", () -> {
            String out = "/v1/sessions/" + tenant.started("channel") + "/out";
            sessions.put(out, "");
            sessions.post(out, "[\"one\",\"two\"]").expecting(204);
            Answer page = sessions.get(out + "?offset=-1").expecting(200);
            if (page.json().size() != 2) {
                throw new Unexpected("the channel has " + page.body());
            }
            String offset = page.headers().firstValue("Stream-Next-Offset").orElseThrow();
            sessions.send("HEAD", out, "", Map.of()).expecting(200);
            sessions.delete(out + "?before=" + offset).expecting(204);
            sessions.get(out + "?offset=0000000000000000_0000000000000000").expecting(410);
            sessions.send("POST", out, "[\"three\"]", Map.of("Stream-Closed", "true"))
                    .expecting(204);
            sessions.get(out + "?offset=" + offset + "&live=long-poll").expecting(200);
            Answer events = sessions.get(out + "?offset=-1&live=sse").expecting(200);
            if (!events.body().contains("three")) {
                throw new Unexpected("following it told nothing of the last record: " + events.body());
            }
            sessions.post(out, "[\"four\"]").expecting(409);
        });
        smoke.check("a channel is written and read by S2", () -> {
            String records = "/v1/s2/streams/sessions%2F" + tenant.started("s2") + "%2Fout/records";
            sessions.post(records, "{\"records\":[{\"body\":\"one\"},{\"body\":\"two\"}]}")
                    .expecting(200);
            sessions.post(records, "{\"records\":[{\"body\":\"late\"}],\"match_seq_num\":1}")
                    .expecting(412);
            long end = sessions.get(records + "/tail")
                    .expecting(200)
                    .json()
                    .at("/tail/seq_num")
                    .asLong();
            String read = sessions.get(records + "?seq_num=0").expecting(200).body();
            if (end != 2 || !read.contains("two") || read.contains("late")) {
                throw new Unexpected("the channel ends at " + end + " and has " + read);
            }
            sessions.get(records + "?seq_num=3").expecting(416);
        });
        smoke.check("a named channel is made, and a session goes on in a fork", () -> {
            String id = tenant.started("forked");
            sessions.put("/v1/sessions/" + id + "/channels/log", "").expecting(201);
            sessions.post("/v1/sessions/" + id + "/in", "[\"kept\"]").expecting(204);
            String fork = sessions.post("/v1/sessions/" + id + "/fork", "{\"channels\":{\"in\":1}}")
                    .expecting(201)
                    .text("/session/id");
            Answer copied =
                    sessions.get("/v1/sessions/" + fork + "/in?offset=-1").expecting(200);
            if (!copied.body().contains("kept")) {
                throw new Unexpected("the fork has " + copied.body());
            }
        });
    }
}
