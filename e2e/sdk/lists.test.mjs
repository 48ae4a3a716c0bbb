// Lists by the client that they were made for: TRIGGER_API_URL and TRIGGER_SECRET_KEY say where and as whom.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { sessions } from "@trigger.dev/sdk";

/** Sessions of a task of their own, the newest first. */
async function started(count, more = () => ({})) {
  const task = `task-${randomUUID()}`;
  const made = [];
  for (let i = 0; i < count; i++) {
    // Clients filter by milliseconds: each session gets one of its own.
    await new Promise((resume) => setTimeout(resume, 3));
    made.unshift(
      await sessions.start({
        type: "chat.agent",
        externalId: randomUUID(),
        taskIdentifier: task,
        triggerConfig: { basePayload: { n: i } },
        ...more(i),
      }),
    );
  }
  return { task, made, ids: made.map((session) => session.id) };
}

const ids = (page) => page.data.map((session) => session.id);

async function all(options) {
  const seen = [];
  for await (const session of sessions.list(options)) {
    seen.push(session.id);
  }
  return seen;
}

test("iterates over every session once, the newest first", async () => {
  const { task, made, ids: expected } = await started(7);

  assert.deepEqual(await all({ taskIdentifier: task, limit: 2 }), expected);

  const [item] = (await sessions.list({ taskIdentifier: task })).data;
  assert.equal(item.externalId, made[0].externalId);
  assert.equal(item.triggerConfig, undefined);
  assert.ok(item.createdAt instanceof Date);
});

test("turns pages forwards and backwards", async () => {
  const { task, ids: expected } = await started(5);

  const first = await sessions.list({ taskIdentifier: task, limit: 2 });
  const second = await first.getNextPage();
  const third = await second.getNextPage();

  assert.deepEqual([ids(first), ids(second), ids(third)], [expected.slice(0, 2), expected.slice(2, 4), expected.slice(4)]);
  assert.equal(first.hasPreviousPage(), false);
  assert.equal(third.hasNextPage(), false);

  const back = await third.getPreviousPage();
  const start = await back.getPreviousPage();

  assert.deepEqual([ids(back), ids(start)], [ids(second), ids(first)]);
  assert.equal(start.hasPreviousPage(), false);
  assert.deepEqual(ids(await start.getNextPage()), ids(second));
});

test("goes back from a page that was asked for by its cursor", async () => {
  const { task, ids: expected } = await started(4);
  const first = await sessions.list({ taskIdentifier: task, limit: 2 });

  // This client repeats its own `after` beside `before`.
  const second = await sessions.list({ taskIdentifier: task, limit: 2, after: first.pagination.next });
  const back = await second.getPreviousPage();

  assert.deepEqual(ids(back), expected.slice(0, 2));
});

test("shows what was just made, changed and closed", async () => {
  const { task, made, ids: expected } = await started(2, (i) => ({ tags: [`n${i}`] }));
  const [newest, oldest] = made;

  assert.deepEqual(await all({ taskIdentifier: task, tag: "n0" }), [oldest.id]);
  await sessions.update(oldest.id, { tags: ["other"] });
  assert.deepEqual(await all({ taskIdentifier: task, tag: "n0" }), []);
  assert.deepEqual(await all({ taskIdentifier: task, tag: ["other", "n1"] }), expected);

  await sessions.close(newest.id);
  assert.deepEqual(await all({ taskIdentifier: task, status: "ACTIVE" }), [oldest.id]);
  assert.deepEqual(await all({ taskIdentifier: task, status: "CLOSED" }), [newest.id]);
  assert.deepEqual(await all({ taskIdentifier: task, status: ["ACTIVE", "CLOSED"] }), expected);
});

test("filters by type, external id and time", async () => {
  const { task, made, ids: expected } = await started(3, (i) => ({ type: `kind-${i}` }));

  assert.deepEqual(await all({ taskIdentifier: task, type: ["kind-2", "kind-0"] }), [expected[0], expected[2]]);
  assert.deepEqual(await all({ externalId: made[1].externalId }), [expected[1]]);
  assert.deepEqual(await all({ taskIdentifier: task, period: "1h" }), expected);
  assert.deepEqual(await all({ taskIdentifier: task, to: made[1].createdAt.getTime() - 1 }), [expected[2]]);
  assert.deepEqual(await all({ taskIdentifier: task, from: new Date(0) }), expected);
});

test("refuses a period that means nothing and a cursor that nobody gave", async () => {
  await assert.rejects(sessions.list({ period: "soon" }), { status: 400 });
  await assert.rejects(sessions.list({ after: "abc" }), { status: 400 });
});
