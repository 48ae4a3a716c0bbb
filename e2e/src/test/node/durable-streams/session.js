// Uses the client as an application would, against the channels of one session: SESSION_URL (.../v1/sessions/{id}) and
// API_KEY. Prints one JSON line for each thing that was tried: {"name", "ok", "detail"}.
import assert from "node:assert/strict"
import { DurableStream, IdempotentProducer, StreamClosedError, stream } from "@durable-streams/client"

const base = process.env.SESSION_URL
const headers = { Authorization: `Bearer ${process.env.API_KEY}` }
const json = { headers, contentType: "application/json", warnOnHttp: false }
const PATIENCE = 20_000

async function attempt(name, what) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("nothing came in time")), PATIENCE).unref())
  try {
    await Promise.race([what(), late])
    console.log(JSON.stringify({ name, ok: true }))
  } catch (error) {
    console.log(JSON.stringify({ name, ok: false, detail: String(error?.stack ?? error) }))
  }
}

async function take(url, offset, live, count) {
  const response = await stream({ url, headers, offset, live, warnOnHttp: false })
  const taken = []
  for await (const message of response.jsonStream()) {
    taken.push(message)
    if (taken.length === count) break
  }
  response.cancel()
  return taken
}

let middle

await attempt("creates what is there already", async () => {
  const channel = await DurableStream.create({ url: `${base}/out`, ...json })
  assert.equal(channel.contentType, "application/json")
})

await attempt("appends and reads to the end", async () => {
  const channel = new DurableStream({ url: `${base}/out`, ...json })
  for (let n = 0; n < 3; n++) await channel.append(JSON.stringify({ n }))
  const response = await stream({ url: `${base}/out`, headers, offset: "-1", live: false, warnOnHttp: false })
  assert.deepEqual(await response.json(), [{ n: 0 }, { n: 1 }, { n: 2 }])
  middle = response.offset
})

await attempt("resumes where it was", async () => {
  const channel = new DurableStream({ url: `${base}/out`, ...json })
  await channel.append(JSON.stringify({ n: 3 }))
  const response = await stream({ url: `${base}/out`, headers, offset: middle, live: false, warnOnHttp: false })
  assert.deepEqual(await response.json(), [{ n: 3 }])
})

for (const live of ["sse", "long-poll"]) {
  await attempt(`is told of what is new by ${live}`, async () => {
    const channel = new DurableStream({ url: `${base}/in`, ...json })
    const from = (await channel.head()).offset
    const taking = take(`${base}/in`, from, live, 5)
    for (let n = 0; n < 5; n++) {
      await channel.append(JSON.stringify({ live, n }))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.deepEqual(await taking, [0, 1, 2, 3, 4].map((n) => ({ live, n })))
  })
}

await attempt("stores a producer's messages once and in order", async () => {
  const url = `${base}/channels/produced`
  const channel = await DurableStream.create({ url, ...json })
  const errors = []
  const producer = new IdempotentProducer(channel, "writer", { lingerMs: 1, onError: (error) => errors.push(error) })
  for (let n = 0; n < 200; n++) {
    producer.append(JSON.stringify(n))
    if (n % 20 === 0) await producer.flush()
  }
  await producer.flush()
  assert.deepEqual(errors, [])
  const response = await stream({ url, headers, offset: "-1", live: false, warnOnHttp: false })
  assert.deepEqual(await response.json(), Array.from({ length: 200 }, (_, n) => n))
})

await attempt("answers a duplicate as such", async () => {
  const url = `${base}/channels/duplicates`
  await DurableStream.create({ url, ...json })
  const post = () =>
    fetch(url, {
      method: "POST",
      headers: {
        ...headers,
        "Content-Type": "application/json",
        "Producer-Id": "p",
        "Producer-Epoch": "0",
        "Producer-Seq": "0",
      },
      body: "1",
    })
  assert.deepEqual([(await post()).status, (await post()).status], [200, 204])
  const response = await stream({ url, headers, offset: "-1", live: false, warnOnHttp: false })
  assert.deepEqual(await response.json(), [1])
})

await attempt("comes to the end of a closed stream in every mode", async () => {
  const url = `${base}/channels/closing`
  const channel = await DurableStream.create({ url, ...json })
  const readers = [false, "sse", "long-poll"].map(async (live) => {
    const seen = []
    const response = await stream({ url, headers, offset: "-1", live: live || "sse", warnOnHttp: false })
    for await (const message of response.jsonStream()) seen.push(message)
    return seen
  })
  await channel.append(JSON.stringify("first"))
  await channel.close({ body: JSON.stringify("last") })
  for (const seen of await Promise.all(readers)) assert.deepEqual(seen, ["first", "last"])
  await assert.rejects(channel.append(JSON.stringify("late")), StreamClosedError)
  const head = await channel.head()
  assert.equal(head.streamClosed, true)
})

process.exit(0)
