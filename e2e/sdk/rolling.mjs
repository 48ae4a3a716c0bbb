// Readers and writers of the real client while one node after another goes: writers by HTTP, and by S2 a pipe, a writer and
// marks. Every reader has to see every record of its channel once, in order, and to end when the session is closed and not
// before.
import { randomUUID } from "node:crypto";
import { sessions } from "@trigger.dev/sdk";
import { apiClientManager } from "@trigger.dev/core/v3";

const readers = Number(process.env.READERS);
const writers = Number(process.env.WRITERS);
const records = Number(process.env.RECORDS);
const CHANNELS = 5;
const client = () => apiClientManager.clientOrThrow();

async function read(handle) {
  const seen = [];
  const seqs = [];
  for await (const chunk of await handle.out.read({ onPart: (part) => seqs.push(Number(part.id)) })) {
    seen.push(chunk);
  }
  return { seen, seqs };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

async function write(externalId, writer) {
  for (let i = 0; i < records; i++) {
    await client().appendToSessionStream(externalId, "out", `${writer}/${i}`);
    await pause();
  }
}

async function* paced(writer) {
  for (let i = 0; i < records; i++) {
    yield `${writer}/${i}`;
    await pause();
    await pause();
  }
}

function pipe(handle, writer) {
  return handle.out.pipe(paced(writer)).waitUntilComplete();
}

function writeByS2(handle, writer) {
  return handle.out
    .writer({
      execute: async ({ write }) => {
        for await (const text of paced(writer)) {
          write(text);
        }
      },
    })
    .waitUntilComplete();
}

// In a session of their own: readers of data do not see marks.
async function marks(externalId) {
  const name = `${externalId}/marks`;
  await start(name);
  for (let i = 0; i < records; i++) {
    await sessions.open(name).out.writeControl("turn-complete", [["session-in-event-id", `${i}`]]);
    await pause();
  }
  const stored = (await client().readSessionStreamRecords(name, "out")).records;
  return stored.length === records && stored.every((record, i) => record.headers[1][1] === `${i}`);
}

function start(externalId) {
  return sessions.start({
    type: "chat.agent",
    externalId,
    taskIdentifier: "rolling",
    triggerConfig: { basePayload: {} },
  });
}

async function channel(index) {
  const externalId = `rolling/${index}/${randomUUID()}`;
  const { id } = await start(externalId);
  const reading = Array.from({ length: readers / CHANNELS }, () => read(sessions.open(externalId)));
  const names = Array.from({ length: writers / CHANNELS }, (_, i) => `${index}-${i}`);
  const handle = sessions.open(externalId);
  const writing = names.map((name) => write(externalId, name));
  const [marked] = await Promise.all([
    marks(externalId),
    pipe(handle, `${index}-pipe`),
    writeByS2(handle, `${index}-writer`),
    ...writing,
  ]);
  names.push(`${index}-pipe`, `${index}-writer`);
  await sessions.close(id);
  const seen = await Promise.all(reading);
  const stored = (await client().readSessionStreamRecords(externalId, "out")).records;
  return {
    written: names.length * records,
    stored: stored.length,
    marked,
    complete: names.every((name) => {
      const own = stored.map((record) => record.data).filter((text) => text.startsWith(`${name}/`));
      return own.length === records && own.every((text, i) => text === `${name}/${i}`);
    }),
    whole: seen.filter(
      (one) =>
        one.seen.length === stored.length &&
        one.seen.every((text, i) => text === stored[i].data) &&
        one.seqs.every((seq, i) => seq === stored[i].seqNum),
    ).length,
  };
}

const channels = await Promise.all(Array.from({ length: CHANNELS }, (_, index) => channel(index)));
console.log(JSON.stringify(channels));
// Its connections by S2 would keep it going until the server ends them.
process.exit(0);
