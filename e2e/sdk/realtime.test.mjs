// Channels by the client that they were made for, over HTTP: what it sends, what it follows, and how it comes back.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { beforeEach, test } from "node:test";
import { auth, sessions } from "@trigger.dev/sdk";
import { apiClientManager, SSEStreamSubscription } from "@trigger.dev/core/v3";

const send = globalThis.fetch;
let lose = 0;
let cutAfter = 0;
let asked = [];

// Loses answers on demand, when the request has taken effect, and breaks event streams after so many chunks.
globalThis.fetch = async (url, options) => {
  asked.push({ url: String(url), headers: new Headers(options?.headers) });
  const answer = await send(url, options);
  if (lose > 0) {
    lose--;
    await answer.arrayBuffer();
    throw new TypeError("the connection was lost");
  }
  const live = answer.headers.get("content-type")?.startsWith("text/event-stream");
  return live && cutAfter > 0 ? broken(answer, cutAfter--) : answer;
};

function broken(answer, chunks) {
  const reader = answer.body.getReader();
  const body = new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) {
        controller.close();
      } else {
        controller.enqueue(value);
        if (chunks-- <= 0) {
          await reader.cancel();
          controller.error(new TypeError("the connection broke"));
        }
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}

beforeEach(() => {
  lose = 0;
  cutAfter = 0;
  asked = [];
});

const client = () => apiClientManager.clientOrThrow();

async function session() {
  const externalId = `chat/${randomUUID()}`;
  const started = await sessions.start({
    type: "chat.agent",
    externalId,
    taskIdentifier: "support-agent",
    triggerConfig: { basePayload: {} },
  });
  return { ...started, externalId, handle: sessions.open(externalId) };
}

async function collected(stream) {
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return chunks;
}

test("what a client sends, the agent drains and follows", async () => {
  const { externalId, handle } = await session();
  await handle.in.send({ kind: "message", payload: { text: "hello" } });
  await handle.in.send("plain text");

  const { records } = await client().readSessionStreamRecords(externalId, "in");
  const followed = await collected(await client().subscribeToSessionStream(externalId, "in", { timeoutInSeconds: 1 }));

  assert.deepEqual(records.map((record) => record.seqNum), [0, 1]);
  assert.deepEqual(JSON.parse(records[0].data), { kind: "message", payload: { text: "hello" } });
  assert.equal(records[1].data, "plain text");
  assert.deepEqual(followed, records.map((record) => record.data));
  const after = await client().readSessionStreamRecords(externalId, "in", { afterEventId: "0" });
  assert.deepEqual(after.records.map((record) => record.seqNum), [1]);
});

test("a message whose answer is lost is sent again and stored once", async () => {
  const { externalId, handle } = await session();
  lose = 1;
  await handle.in.send("once");

  const { records } = await client().readSessionStreamRecords(externalId, "in");
  assert.equal(records.length, 1);
});

test("out.read yields what is there and what comes, and ends when nothing comes", async () => {
  const { externalId, handle } = await session();
  await client().appendToSessionStream(externalId, "out", "one");
  const parts = [];
  const reading = collected(await handle.out.read({ timeoutInSeconds: 2, onPart: (part) => parts.push(part.id) }));
  await client().appendToSessionStream(externalId, "out", "two");

  assert.deepEqual(await reading, ["one", "two"]);
  assert.deepEqual(parts, ["0", "1"]);
  const rest = await collected(await handle.out.read({ timeoutInSeconds: 1, lastEventId: 0 }));
  assert.deepEqual(rest, ["two"]);
});

test("a reader whose connection breaks comes back to its place", async () => {
  const { externalId, handle } = await session();
  const expected = [];
  for (let i = 0; i < 6; i++) {
    expected.push(`m${i}`);
    if (i < 3) {
      await client().appendToSessionStream(externalId, "out", `m${i}`);
    }
  }
  cutAfter = 2;
  const reading = collected(await handle.out.read({ timeoutInSeconds: 3 }));
  for (let i = 3; i < 6; i++) {
    await client().appendToSessionStream(externalId, "out", `m${i}`);
  }

  assert.deepEqual(await reading, expected);
  const connections = asked.filter(({ url, headers }) => url.endsWith("/out") && headers.has("timeout-seconds"));
  assert.ok(connections.length > 1);
  assert.ok(connections.at(-1).headers.has("last-event-id"));
});

test("a reader may come before its session", async () => {
  const externalId = `early/${randomUUID()}`;
  const stream = await sessions.open(externalId).out.read({ timeoutInSeconds: 6 });
  const reader = stream.getReader();
  const first = reader.read();
  await sessions.start({
    type: "chat.agent",
    externalId,
    taskIdentifier: "support-agent",
    triggerConfig: { basePayload: {} },
  });
  await client().appendToSessionStream(externalId, "out", "at last");

  assert.equal((await first).value, "at last");
  await reader.cancel();
});

test("a reader may begin with what comes", async () => {
  const { externalId } = await session();
  await client().appendToSessionStream(externalId, "out", "history");
  const stream = await client().subscribeToSessionStream(externalId, "out", { from: "latest", timeoutInSeconds: 2 });
  const reading = collected(stream);
  while (!asked.some(({ headers }) => headers.get("x-trigger-stream-start") === "latest")) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // Its connection is under way: only what comes after its answer is sure to be news.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await client().appendToSessionStream(externalId, "out", "news");

  assert.deepEqual(await reading, ["news"]);
});

test("named channels are apart from the session's own", async () => {
  const { externalId, handle } = await session();
  await handle.channel("debug.1").in.send({ level: "trace" });
  await client().appendToSessionStream(externalId, "out", "line", undefined, "debug.1");

  const lines = await collected(await handle.channel("debug.1").out.read({ timeoutInSeconds: 1 }));
  const { records } = await client().readSessionStreamRecords(externalId, "in", { channel: "debug.1" });
  assert.deepEqual(lines, ["line"]);
  assert.deepEqual(JSON.parse(records[0].data), { level: "trace" });
  assert.deepEqual((await client().readSessionStreamRecords(externalId, "in")).records, []);
});

test("closing the session ends every iterator after its last record, and refuses what comes", async () => {
  const { id, externalId, handle } = await session();
  await client().appendToSessionStream(externalId, "out", "first");
  const live = collected(await handle.out.read({ timeoutInSeconds: 30 }));
  await client().appendToSessionStream(externalId, "out", "last");
  await sessions.close(id);

  assert.deepEqual(await live, ["first", "last"]);
  assert.deepEqual(await collected(await handle.out.read()), ["first", "last"]);
  await assert.rejects(handle.in.send("late"), { status: 400 });
  const subscription = new SSEStreamSubscription(
    `${process.env.TRIGGER_API_URL}/realtime/v1/sessions/${encodeURIComponent(externalId)}/out`,
    { headers: { Authorization: `Bearer ${process.env.TRIGGER_SECRET_KEY}` } },
  );
  await collected(await subscription.subscribe());
  assert.equal(subscription.sessionSettled, true);
});

test("a browser's token reads both and writes in", async () => {
  const { externalId, publicAccessToken, handle } = await session();
  await client().appendToSessionStream(externalId, "out", "answer");
  await auth.withAuth({ baseURL: process.env.TRIGGER_API_URL, accessToken: publicAccessToken }, async () => {
    await handle.in.send("question");
    assert.deepEqual(await collected(await handle.out.read({ timeoutInSeconds: 1 })), ["answer"]);
    await assert.rejects(client().appendToSessionStream(externalId, "out", "forged"), { status: 403 });
    await assert.rejects(handle.out.writeControl("turn-complete"), { status: 403 });
  });
  const other = await session();
  await auth.withAuth({ baseURL: process.env.TRIGGER_API_URL, accessToken: publicAccessToken }, async () => {
    await assert.rejects(other.handle.in.send("astray"), { status: 403 });
  });
});

test("what is too large is refused once, with its numbers", async () => {
  const { handle } = await session();
  await assert.rejects(handle.in.send('"'.repeat(600_000)), (error) => {
    assert.equal(error.status, 413);
    assert.equal(error.body.limit, 1024 * 1024);
    assert.ok(error.body.size > 1_200_000);
    return true;
  });
  assert.equal(asked.filter(({ url }) => url.endsWith("/append")).length, 1);
});
