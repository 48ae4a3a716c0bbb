// What S2's client sees of a session's channels, as one JSON object: what came of each case, by its name. S2_ENDPOINT and
// S2_ACCESS_TOKEN say where and as whom, SESSION in which session, TRANSPORT how sessions of batches travel: s2s by HTTP/2,
// or fetch. SESSION_URL is for closing it.
import { AppendInput, AppendRecord, S2, S2Endpoints } from "@s2-dev/streamstore";

const PATIENCE_MILLIS = 20_000;
const { S2_ENDPOINT, S2_ACCESS_TOKEN, SESSION, SESSION_URL, TRANSPORT } = process.env;

function stream(channel, token = S2_ACCESS_TOKEN) {
  const endpoints = new S2Endpoints({ account: S2_ENDPOINT, basin: S2_ENDPOINT });
  const s2 = new S2({ accessToken: token, endpoints });
  return s2.basin("turnkeep").stream(`sessions/${SESSION}/${channel}`, { forceTransport: TRANSPORT });
}

const text = (body, headers, timestamp) => AppendRecord.string({ body, headers, timestamp });
const numbers = (count, name) => Array.from({ length: count }, (_, i) => `${name} ${i}`);
const places = ({ start, end, tail }) => [start.seqNum, end.seqNum, tail.seqNum];
const bodies = (records) => records.map((record) => record.body);
const from = (seqNum) => ({ from: { seqNum } });

/** What a promise fails with. */
const refusal = (promise) => promise.then(() => "accepted", (error) => error);

/** Follows a channel until there are so many records. */
async function follow(handle, seqNum, count) {
  const records = [];
  for await (const record of await handle.readSession({ start: from(seqNum) })) {
    records.push(record);
    if (records.length === count) break;
  }
  return records;
}

/** Reads a session of records to its end. */
async function toTheEnd(handle, input) {
  const records = [];
  for await (const record of await handle.readSession(input)) records.push(record);
  return records;
}

const cases = {
  async append() {
    const out = stream("out");
    const empty = await out.checkTail();
    const first = await out.append(AppendInput.create([text("one", [["name", "value"]]), text("zwei ü")]));
    const bytes = AppendRecord.bytes({ body: new Uint8Array([0, 255]), headers: [[new Uint8Array([254]), "v"]] });
    const second = await out.append(AppendInput.create([bytes, text("beside bytes")]));
    const tail = await out.checkTail();
    return {
      empty: empty.tail.seqNum,
      places: [places(first), places(second)],
      tail: tail.tail.seqNum,
      times: tail.tail.timestamp.getTime() === second.tail.timestamp.getTime() && first.start.timestamp > new Date(0),
    };
  },

  async read() {
    const out = stream("out");
    const page = await out.read({ start: from(0), stop: { limits: { count: 2 } } });
    const bytes = await out.read({ start: from(2), stop: { limits: { count: 1 } } }, { as: "bytes" });
    const newest = await out.read({ start: { from: { tailOffset: 1 } } });
    return {
      page: page.records.map(({ seqNum, body, headers }) => [seqNum, body, headers]),
      bytes: bytes.records.map(({ body, headers }) => [[...body], headers.map((pair) => pair.map((part) => [...part]))]),
      newest: bodies(newest.records),
    };
  },

  async appendSession() {
    const out = stream("in");
    const session = await out.appendSession();
    const tickets = [];
    for (const name of numbers(60, "batch")) {
      tickets.push(await session.submit(AppendInput.create([text(`${name} a`), text(`${name} b`)])));
    }
    const acks = await Promise.all(tickets.map((ticket) => ticket.ack()));
    await session.close();
    const stored = await out.read({ start: from(0) });
    return {
      acks: acks.every((ack, i) => ack.start.seqNum === 2 * i && ack.end.seqNum === 2 * i + 2),
      stored: bodies(stored.records).join() === numbers(60, "batch").flatMap((name) => [`${name} a`, `${name} b`]).join(),
    };
  },

  async readSession() {
    const handle = stream("in");
    const start = (await handle.checkTail()).tail.seqNum;
    const following = follow(handle, start - 2, 32);
    const writer = await handle.appendSession();
    for (const name of numbers(30, "live")) await writer.submit(AppendInput.create([text(name)]));
    await writer.close();
    const records = await following;
    return {
      items: bodies(records).join() === ["batch 59 a", "batch 59 b", ...numbers(30, "live")].join(),
      seqs: records.every((record, i) => record.seqNum === start - 2 + i),
    };
  },

  async bytesSession() {
    const handle = stream("in");
    const records = [];
    const input = { start: from(0), stop: { limits: { count: 1 } } };
    for await (const record of await handle.readSession(input, { as: "bytes" })) records.push([...record.body]);
    return { records };
  },

  async limits() {
    const handle = stream("in");
    const counted = await toTheEnd(handle, { start: from(0), stop: { limits: { count: 3 } } });
    const waited = await toTheEnd(handle, { start: { from: { tailOffset: 1 } }, stop: { waitSecs: 1 } });
    return { counted: bodies(counted), waited: bodies(waited) };
  },

  async caughtUp() {
    const handle = stream("in");
    const session = await handle.readSession({ start: { from: { tailOffset: 0 } } });
    const reading = session.getReader();
    const next = reading.read();
    const tail = await session.caughtUp();
    await handle.append(AppendInput.create([text("after")]));
    const { value } = await next;
    await reading.cancel();
    return { caughtUp: tail.seqNum === value.seqNum, body: value.body };
  },

  async times() {
    const handle = stream("in");
    const made = Date.now() - 5_000;
    const stale = await handle.append(AppendInput.create([text("stale", undefined, made)]));
    const future = await handle.append(AppendInput.create([text("future", undefined, Date.now() + 3_600_000)]));
    const after = await handle.read({ start: { from: { timestamp: future.start.timestamp } } });
    return {
      // A record is never older than the one before it, and never from the future.
      stale: stale.start.timestamp.getTime() > made,
      future: future.start.timestamp <= new Date(),
      found: bodies(after.records).includes("future"),
    };
  },

  async conditions() {
    const handle = stream("in");
    const { tail } = await handle.checkTail();
    const late = await refusal(handle.append(AppendInput.create([text("late")], { matchSeqNum: 0 })));
    const right = await handle.append(AppendInput.create([text("right")], { matchSeqNum: tail.seqNum }));
    await handle.append(AppendInput.create([AppendRecord.fence("mine")]));
    const other = await refusal(handle.append(AppendInput.create([text("other")], { fencingToken: "theirs" })));
    const session = await handle.appendSession();
    const held = await (await session.submit(AppendInput.create([text("held")], { fencingToken: "mine" }))).ack();
    const lost = await refusal((await session.submit(AppendInput.create([text("x")], { matchSeqNum: 0 }))).ack());
    return {
      late: [late.name, late.expectedSeqNum === tail.seqNum],
      right: right.start.seqNum === tail.seqNum,
      other: [other.name, other.expectedFencingToken],
      held: held.start.seqNum === tail.seqNum + 2,
      lost: [lost.name, lost.expectedSeqNum === tail.seqNum + 3],
    };
  },

  async range() {
    const handle = stream("in");
    const { tail } = await handle.checkTail();
    const beyond = await refusal(handle.read({ start: from(tail.seqNum + 1) }));
    const session = await refusal(toTheEnd(handle, { start: from(tail.seqNum + 1) }));
    return {
      beyond: [beyond.name, beyond.tail.seqNum === tail.seqNum],
      session: [session.name, session.tail.seqNum === tail.seqNum],
    };
  },

  async trim() {
    const handle = stream("in");
    const { tail } = await handle.checkTail();
    await handle.append(AppendInput.create([AppendRecord.trim(tail.seqNum), text("kept")]));
    const all = await handle.read({ start: from(0) });
    const data = await handle.read({ start: from(0), ignoreCommandRecords: true });
    return {
      first: all.records[0].seqNum === tail.seqNum,
      command: all.records[0].headers,
      data: bodies(data.records),
    };
  },

  async resent() {
    const handle = stream("in");
    const batch = AppendInput.create([text('{"data":1,"id":"part-1"}'), text('{"data":2,"id":"part-2"}')]);
    const first = await handle.append(batch);
    const session = await handle.appendSession();
    const again = await (await session.submit(batch)).ack();
    await session.close();
    return { same: again.start.seqNum === first.start.seqNum && again.end.seqNum === first.end.seqNum };
  },

  async stranger() {
    const stranger = stream("in", "nobody");
    const append = await refusal(stranger.append(AppendInput.create([text("mine")])));
    const session = await stranger.appendSession();
    const submit = await refusal(session.submit(AppendInput.create([text("mine")])).then((ticket) => ticket.ack()));
    const read = await refusal(toTheEnd(stranger, { start: from(0) }));
    return { append: append.status, submit: submit.status, read: read.status };
  },

  async close() {
    const handle = stream("in");
    const { tail } = await handle.checkTail();
    const reading = toTheEnd(handle, { start: from(tail.seqNum) });
    const session = await handle.appendSession();
    const last = await (await session.submit(AppendInput.create([text("last")]))).ack();
    const headers = { Authorization: `Bearer ${S2_ACCESS_TOKEN}` };
    const answer = await fetch(`${SESSION_URL}/close`, { method: "POST", headers });
    const read = await reading;
    const more = await refusal(session.submit(AppendInput.create([text("more")])).then((ticket) => ticket.ack()));
    const late = await refusal(handle.append(AppendInput.create([text("more")])));
    return {
      answer: answer.status,
      last: last.start.seqNum === tail.seqNum,
      read: bodies(read),
      more: [more.status, more.code],
      late: [late.status, late.code],
    };
  },
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(cases);
const results = {};
for (const name of wanted) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("does not end")), PATIENCE_MILLIS);
  });
  try {
    results[name] = await Promise.race([cases[name](), late]);
  } catch (error) {
    results[name] = { failed: String(error) };
  }
  clearTimeout(timer);
}
console.log(JSON.stringify(results));
process.exit(0);
