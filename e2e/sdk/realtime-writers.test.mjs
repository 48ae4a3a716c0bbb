// What the client writes by S2, after it has asked where: appends, pipes, marks and trims, as its readers see them.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { sessions } from "@trigger.dev/sdk";
import { apiClientManager, SSEStreamSubscription } from "@trigger.dev/core/v3";

const client = () => apiClientManager.clientOrThrow();

async function session() {
  const started = await sessions.start({
    type: "chat.agent",
    externalId: `chat/${randomUUID()}`,
    taskIdentifier: "support-agent",
    triggerConfig: { basePayload: {} },
  });
  return { ...started, handle: sessions.open(started.externalId) };
}

async function collected(stream) {
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return chunks;
}

async function* counted(count) {
  for (let i = 0; i < count; i++) {
    yield { n: i };
  }
}

test("appends, pipes and writers come in their order, as the values that they are", async () => {
  const { handle } = await session();
  await handle.out.append({ text: "first" });
  const piped = await handle.out.pipe(counted(200)).waitUntilComplete();
  const { waitUntilComplete } = handle.out.writer({
    execute: ({ write }) => {
      write({ text: "almost" });
      write({ text: "last" });
    },
  });
  await waitUntilComplete();

  const chunks = await collected(await handle.out.read({ timeoutInSeconds: 1 }));
  assert.deepEqual(chunks[0], { text: "first" });
  assert.deepEqual(chunks.slice(1, 201), Array.from({ length: 200 }, (_, n) => ({ n })));
  assert.deepEqual(chunks.slice(201), [{ text: "almost" }, { text: "last" }]);
  assert.equal(piped.lastEventId, "200");
});

test("a mark ends a turn, and a reader that asks does not wait after it", async () => {
  const { externalId, handle } = await session();
  await handle.out.append("answer");
  const { lastEventId } = await handle.out.writeControl("turn-complete", [["session-in-event-id", "4"]]);
  const marks = [];
  const chunks = await collected(
    await handle.out.read({ timeoutInSeconds: 1, onControl: (mark) => marks.push(mark) }),
  );

  assert.equal(lastEventId, "1");
  assert.deepEqual(chunks, ["answer"]);
  assert.equal(marks[0].subtype, "turn-complete");
  assert.equal(marks[0].seqNum, 1);
  assert.deepEqual(marks[0].headers[1], ["session-in-event-id", "4"]);
  await handle.out.trimTo(1);
  await handle.out.trimTo(1);
  const subscription = new SSEStreamSubscription(
    `${process.env.TRIGGER_API_URL}/realtime/v1/sessions/${encodeURIComponent(externalId)}/out`,
    { headers: { Authorization: `Bearer ${process.env.TRIGGER_SECRET_KEY}`, "X-Peek-Settled": "1" } },
  );
  await collected(await subscription.subscribe());
  assert.equal(subscription.sessionSettled, true);
});

test("what is trimmed is read by nobody from then on", async () => {
  const { externalId, handle } = await session();
  await handle.out.pipe(counted(5)).waitUntilComplete();
  await handle.out.trimTo(3);

  const { records } = await client().readSessionStreamRecords(externalId, "out");
  const chunks = await collected(await handle.out.read({ timeoutInSeconds: 1, lastEventId: 0 }));
  assert.deepEqual(records.map((record) => record.seqNum), [3, 4]);
  assert.deepEqual(chunks, [{ n: 3 }, { n: 4 }]);
});

test("named channels are written the same way", async () => {
  const { handle } = await session();
  await handle.channel("log").out.append({ line: 1 });
  await handle.channel("log").out.writeControl("turn-complete");

  assert.deepEqual(await collected(await handle.channel("log").out.read({ timeoutInSeconds: 1 })), [{ line: 1 }]);
  assert.deepEqual(await collected(await handle.out.read({ timeoutInSeconds: 1 })), []);
});

test("nothing is written to a closed session", async () => {
  const { id, handle } = await session();
  await handle.out.append("last");
  await sessions.close(id);

  await assert.rejects(handle.out.append("late"));
  await assert.rejects(handle.out.writeControl("turn-complete"));
  assert.deepEqual(await collected(await handle.out.read()), ["last"]);
});
