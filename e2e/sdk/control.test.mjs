// The control plane by the client that it was made for: TRIGGER_API_URL and TRIGGER_SECRET_KEY say where and as whom.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { beforeEach, test } from "node:test";
import { auth, sessions } from "@trigger.dev/sdk";
import { apiClientManager } from "@trigger.dev/core/v3";

const send = globalThis.fetch;
let requests = 0;
let lose = 0;

// Counts what is sent, and loses answers on demand: the request has taken effect then.
globalThis.fetch = async (...args) => {
  requests++;
  const answer = await send(...args);
  if (lose > 0) {
    lose--;
    await answer.arrayBuffer();
    throw new TypeError("the connection was lost");
  }
  return answer;
};

beforeEach(() => {
  requests = 0;
  lose = 0;
});

function wanted(externalId) {
  return {
    type: "chat.agent",
    externalId,
    taskIdentifier: "support-agent",
    triggerConfig: { basePayload: { chatId: externalId ?? "none" }, machine: "small-1x", tags: ["chat"] },
    tags: ["vip"],
    metadata: { plan: "pro" },
  };
}

test("starts a session once for its external id", async () => {
  const id = randomUUID();
  const first = await sessions.start({ ...wanted(id), expiresAt: new Date(Date.now() + 3_600_000) });
  const again = await sessions.start(wanted(id));

  assert.equal(first.isCached, false);
  assert.equal(again.isCached, true);
  assert.equal(again.id, first.id);
  assert.equal(again.runId, first.runId);
  assert.equal(first.currentRunId, first.runId);
  assert.ok(first.createdAt instanceof Date);
  assert.ok(first.expiresAt instanceof Date);
  assert.equal(first.closedAt, null);
  assert.deepEqual(first.triggerConfig.basePayload, { chatId: id });
});

test("retrieves it by either id", async () => {
  const externalId = `team/${randomUUID()} ü`;
  const started = await sessions.start(wanted(externalId));

  const byId = await sessions.retrieve(started.id);
  const byName = await sessions.retrieve(externalId);

  assert.deepEqual(byId, byName);
  assert.equal(byName.externalId, externalId);
  assert.deepEqual(byName.metadata, { plan: "pro" });
  assert.deepEqual(byName.tags, ["vip"]);
});

test("updates tags and metadata, and never the external id", async () => {
  const { id, externalId } = await sessions.start(wanted(randomUUID()));

  const updated = await sessions.update(id, { tags: ["a", "b"], metadata: { n: 1 } });
  const cleared = await sessions.update(externalId, { metadata: null });

  assert.deepEqual(updated.tags, ["a", "b"]);
  assert.deepEqual(updated.metadata, { n: 1 });
  assert.equal(cleared.metadata, null);
  assert.deepEqual(cleared.tags, ["a", "b"]);
  await assert.rejects(sessions.update(id, { externalId: "other" }), { status: 422 });
});

test("closes it once, and does not start it again", async () => {
  const { externalId } = await sessions.start(wanted(randomUUID()));

  const closed = await sessions.close(externalId, { reason: "done" });
  const again = await sessions.close(externalId);
  requests = 0;
  await assert.rejects(sessions.start(wanted(externalId)), { status: 409 });

  assert.ok(closed.closedAt instanceof Date);
  assert.equal(closed.closedReason, "done");
  assert.deepEqual(again, closed);
  assert.equal(requests, 1, "a final answer is not asked for again");
});

test("hands over to a new run, from the current one only", async () => {
  const { id, runId } = await sessions.start(wanted(randomUUID()));
  const client = apiClientManager.clientOrThrow();

  const next = await client.endAndContinueSession(id, { callingRunId: runId, reason: "upgrade" });
  const late = await client.endAndContinueSession(id, { callingRunId: runId, reason: "upgrade" });

  assert.equal(next.swapped, true);
  assert.notEqual(next.runId, runId);
  assert.deepEqual(late, { runId: next.runId, swapped: false });
  assert.equal((await sessions.retrieve(id)).currentRunId, next.runId);
});

test("a create whose answer was lost is not made twice", async () => {
  lose = 1;

  const session = await sessions.start(wanted());

  assert.equal(session.isCached, true, "the second try found what the first one had made");
  assert.equal(requests, 2);
});

test("a token that is signed here does what its scopes say and no more", async () => {
  const mine = await sessions.start(wanted(randomUUID()));
  const other = await sessions.start(wanted(randomUUID()));
  const token = await auth.createPublicToken({ scopes: { read: { sessions: mine.externalId } }, expirationTime: "5m" });

  await auth.withAuth({ accessToken: token }, async () => {
    assert.equal((await sessions.retrieve(mine.externalId)).id, mine.id);
    assert.equal((await sessions.retrieve(mine.id)).id, mine.id);
    await assert.rejects(sessions.retrieve(other.id), { status: 403 });
    await assert.rejects(sessions.retrieve("nobody"), { status: 403 });
    await assert.rejects(sessions.update(mine.id, { tags: [] }), { status: 403 });
    await assert.rejects(sessions.close(mine.id), { status: 403 });
  });
});

test("the token that start hands out reads its session, without its trigger config", async () => {
  const started = await sessions.start(wanted(randomUUID()));

  await auth.withAuth({ accessToken: started.publicAccessToken }, async () => {
    const seen = await sessions.retrieve(started.externalId);
    assert.equal(seen.id, started.id);
    assert.equal(seen.triggerConfig, undefined);
    await assert.rejects(sessions.update(started.id, { tags: [] }), { status: 403 });
  });
});

test("maps refusals to the client's errors", async () => {
  await assert.rejects(sessions.retrieve("nobody"), { name: "TriggerApiError", status: 404 });
  await assert.rejects(sessions.start({ ...wanted(randomUUID()), type: "" }), { status: 400 });
  await assert.rejects(sessions.start({ ...wanted(randomUUID()), expiresAt: new Date(0) }), { status: 422 });
  await auth.withAuth({ accessToken: "tr_dev_nobody_knows_it" }, async () => {
    await assert.rejects(sessions.retrieve("nobody"), { status: 401 });
  });
  assert.equal(requests, 4, "none of them is asked for again");
});

test("hands out links to write and to read a session's snapshot", async () => {
  const { id } = await sessions.start(wanted(randomUUID()));
  const client = apiClientManager.clientOrThrow();

  requests = 0;
  const upload = new URL((await client.createChatSnapshotUploadUrl(id)).presignedUrl);
  const download = new URL((await client.getChatSnapshotUrl(id)).presignedUrl);

  assert.equal(requests, 2);
  assert.ok(upload.searchParams.has("X-Amz-Signature"));
  assert.equal(download.pathname, upload.pathname, "both are of one object");
  assert.notEqual(download.searchParams.get("X-Amz-Signature"), upload.searchParams.get("X-Amz-Signature"));
});

test("a key that does not sign its own tokens has them made", async () => {
  const client = apiClientManager.clientOrThrow();
  const { id } = await sessions.start(wanted(randomUUID()));

  const { token } = await client.createPublicToken({ scopes: [`read:sessions:${id}`], expirationTime: "5m" });

  await auth.withAuth({ accessToken: token }, async () => {
    assert.equal((await sessions.retrieve(id)).id, id);
  });
});
