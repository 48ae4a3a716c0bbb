// What the client of Durable Streams sees of a session's channels, as one JSON object: what came of each case, by its name.
// SESSION_URL says which session, SESSION_KEY as whom.
import { DurableStream, IdempotentProducer } from "@durable-streams/client";

const PATIENCE_MILLIS = 20_000;
const session = process.env.SESSION_URL;
const headers = { Authorization: `Bearer ${process.env.SESSION_KEY}` };
const json = "application/json";

/** A channel, by a handle of its own: what one handle knows does not help another. */
function channel(name, options = {}) {
  return new DurableStream({ url: `${session}/${name}`, headers, contentType: json, warnOnHttp: false, ...options });
}

const append = (stream, value, options) => stream.append(JSON.stringify(value), options);
const numbers = (count, name) => Array.from({ length: count }, (_, i) => `${name} ${i}`);

/** All that is there after an offset, and the offset to go on from. */
async function read(name, offset = "-1") {
  const answer = await channel(name).stream({ offset, live: false });
  return { items: await answer.json(), offset: answer.offset };
}

/** Follows a channel until there are so many items; what came too much is told as well. */
async function follow(name, live, offset, count) {
  const answer = await channel(name).stream({ offset, live });
  const items = [];
  let last = offset;
  await new Promise((resolve, reject) => {
    answer.closed.catch(reject);
    answer.subscribeJson((batch) => {
      items.push(...batch.items);
      last = batch.offset;
      if (items.length >= count) resolve();
    });
  });
  answer.cancel();
  return { items, offset: last };
}

/** Follows a channel to its end. */
async function toTheEnd(name, live, offset = "-1") {
  const answer = await channel(name).stream({ offset, live });
  const items = [];
  answer.subscribeJson((batch) => {
    items.push(...batch.items);
  });
  await answer.closed;
  return { items, closed: answer.streamClosed };
}

/** Sends its first requests twice, as one does whose answer was lost: the second answer is the one that arrives. */
function resending(count) {
  const statuses = [];
  let sent = 0;
  const send = async (...request) => {
    if (sent++ >= count) return fetch(...request);
    const lost = await fetch(...request);
    const answer = await fetch(...request);
    statuses.push([lost.status, answer.status]);
    return answer;
  };
  return { send, statuses };
}

/** The status of the answer that refuses it. */
const refusal = (promise) => promise.then(() => "accepted", (error) => error.status ?? String(error));

const cases = {
  async create() {
    const options = { url: `${session}/out`, headers, contentType: json, warnOnHttp: false };
    await DurableStream.create(options);
    await DurableStream.create(options);
    const { exists, contentType, streamClosed } = await channel("out").head();
    return { exists, contentType, streamClosed, items: (await read("out")).items };
  },

  async resume() {
    const out = channel("out");
    for (const value of ["one", "two", "three"]) await append(out, value);
    const before = await read("out");
    await append(out, "four");
    await append(out, { nested: [5, "fünf"] });
    const after = await read("out", before.offset);
    const nothing = await read("out", after.offset);
    return { before: before.items, after: after.items, nothing: nothing.items, moved: nothing.offset !== after.offset };
  },

  async sse() {
    const from = (await read("in")).offset;
    const following = follow("in", "sse", from, 20);
    const writer = channel("in", { batching: false });
    for (const value of numbers(20, "sse")) await append(writer, value);
    const { items, offset } = await following;
    return { items, tail: (await read("in", offset)).items };
  },

  async longPoll() {
    const from = (await read("in")).offset;
    const following = follow("in", "long-poll", from, 20);
    const writer = channel("in", { batching: false });
    for (const value of numbers(20, "poll")) await append(writer, value);
    const { items, offset } = await following;
    return { items, tail: (await read("in", offset)).items };
  },

  async resumeLive() {
    const from = (await read("in")).offset;
    const writer = channel("in");
    const first = follow("in", "sse", from, 5);
    for (const value of numbers(5, "before")) await append(writer, value);
    const before = await first;
    for (const value of numbers(5, "away")) await append(writer, value);
    const second = follow("in", "sse", before.offset, 10);
    for (const value of numbers(5, "back")) await append(writer, value);
    return { items: [...before.items, ...(await second).items] };
  },

  async producer() {
    const from = (await read("out")).offset;
    const { send, statuses } = resending(3);
    const producer = new IdempotentProducer(channel("out"), "agent", { fetch: send, maxBatchBytes: 64, maxInFlight: 1 });
    for (const value of numbers(40, "token")) producer.append(JSON.stringify(value));
    await producer.flush();
    await producer.detach();
    return { items: (await read("out", from)).items, statuses };
  },

  async producerInFlight() {
    const from = (await read("out")).offset;
    const failures = [];
    const onError = (error) => failures.push(String(error));
    const producer = new IdempotentProducer(channel("out"), "eager", { maxBatchBytes: 1, maxInFlight: 5, onError });
    for (const value of numbers(40, "eager")) producer.append(JSON.stringify(value));
    await producer.flush();
    return { items: (await read("out", from)).items, failures };
  },

  async duplicate() {
    const from = (await read("out")).offset;
    const stamped = (seq) =>
      channel("out", {
        headers: { ...headers, "Producer-Id": "twice", "Producer-Epoch": "0", "Producer-Seq": String(seq) },
      });
    await append(stamped(0), "once");
    await append(stamped(0), "once");
    await append(stamped(1), "next");
    return { gap: await refusal(append(stamped(3), "too soon")), items: (await read("out", from)).items };
  },

  async successor() {
    const from = (await read("out")).offset;
    const failures = [];
    const onError = (error) => failures.push([error.name, error.currentEpoch]);
    const old = new IdempotentProducer(channel("out"), "worker", { epoch: 0, onError });
    old.append(JSON.stringify("from the first"));
    await old.flush();
    const successor = new IdempotentProducer(channel("out"), "worker", { epoch: 1 });
    successor.append(JSON.stringify("from its successor"));
    await successor.flush();
    old.append(JSON.stringify("late"));
    await old.flush();
    const claiming = new IdempotentProducer(channel("out"), "worker", { epoch: 0, autoClaim: true });
    claiming.append(JSON.stringify("from who claimed it"));
    await claiming.flush();
    return { failures, epoch: claiming.epoch, items: (await read("out", from)).items };
  },

  async twoReaders() {
    const from = (await read("out")).offset;
    const readers = [follow("out", "sse", from, 100), follow("out", "long-poll", from, 100)];
    const writers = ["left", "right"].map(async (name) => {
      const writer = channel("out", { batching: false });
      for (const value of numbers(50, name)) await append(writer, value);
    });
    await Promise.all(writers);
    const [sse, poll] = (await Promise.all(readers)).map((seen) => seen.items);
    const stored = (await read("out", from)).items;
    const ordered = (name) => stored.filter((item) => item.startsWith(name)).join() === numbers(50, name).join();
    return {
      stored: stored.length,
      sseSeesAll: sse.join() === stored.join(),
      pollSeesAll: poll.join() === stored.join(),
      ordered: ordered("left") && ordered("right"),
    };
  },

  async stranger() {
    const stranger = channel("out", { headers: { Authorization: "Bearer nobody" } });
    return { read: await refusal(stranger.stream({ live: false })), write: await refusal(append(stranger, "mine")) };
  },

  async close() {
    const from = (await read("out")).offset;
    const readers = ["sse", "long-poll"].map((live) => toTheEnd("out", live, from));
    await append(channel("out"), "almost");
    await channel("out").close({ body: JSON.stringify("last") });
    await channel("out").close();
    const [sse, poll] = await Promise.all(readers);
    const late = await toTheEnd("out", "sse", from);
    return {
      sse,
      poll,
      late,
      more: await refusal(append(channel("out"), "more")),
      head: (await channel("out").head()).streamClosed,
    };
  },

  async sessionClose() {
    const from = (await read("in")).offset;
    const readers = ["sse", "long-poll"].map((live) => toTheEnd("in", live, from));
    await append(channel("in"), "good-bye");
    const answer = await fetch(`${session}/close`, { method: "POST", headers });
    const [sse, poll] = await Promise.all(readers);
    return { answer: answer.status, sse, poll, more: await refusal(append(channel("in"), "more")) };
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
