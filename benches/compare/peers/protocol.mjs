// The protocol of `protocol.py`, for the peers that are driven from Node. A peer has `about`, `fresh`, `evaluate`, `run`
// and `hold`, all of which may be asynchronous.

import { readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";

async function repeated({ seconds, most }, action) {
  const ms = [];
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const start = performance.now();
    const given = await action();
    const now = performance.now();
    ms.push(now - start);
    if (now >= end || ms.length >= most) return [ms, given];
  }
}

async function answer(peer, request) {
  switch (request.task) {
    case "fresh": {
      const fresh = await peer.fresh(request.packages);
      const [ms, stdout] = await repeated(request, () => fresh(request.code));
      return { ms, stdout };
    }
    case "evaluate": {
      const [ms, value] = await repeated(request, () => peer.evaluate(request.code));
      return { ms, value: String(value) };
    }
    case "run":
      return { stdout: await peer.run(request.code) };
    case "hold":
      await peer.hold(request.count);
      return { held: request.count };
    default:
      return { cannot: `the task ${JSON.stringify(request.task)} is not known` };
  }
}

function say(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

export async function main(role, peer) {
  if (role === "cold") {
    console.log(String(await peer.evaluate("1 + 1")));
    process.exit(0);
  }
  if (role === "first") {
    const run = await peer.fresh(["numpy", "pandas", "matplotlib"]);
    // All of it before the end of the process.
    writeSync(1, await run(readFileSync(process.argv.at(-1), "utf8")));
    process.exit(0);
  }
  say({ about: await peer.about() });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say(await answer(peer, JSON.parse(line)));
    } catch (error) {
      say({ failed: String(error.message ?? error).trim().split("\n").pop() });
    }
  }
  process.exit(0);
}
