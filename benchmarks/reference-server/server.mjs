// Serves streams on a port of the loopback interface. With a folder as its second argument it keeps them there, else in memory.
import { DurableStreamTestServer } from "@durable-streams/server";

const [port, dataDir] = process.argv.slice(2);
await new DurableStreamTestServer({ port: Number(port), host: "127.0.0.1", ...(dataDir ? { dataDir } : {}) }).start();
