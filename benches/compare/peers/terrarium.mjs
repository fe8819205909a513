// This library's Node package. The protocol is described in `protocol.py`.
//
//     node terrarium.mjs cold|serve FOLDER-OF-THE-PACKAGE FOLDER-OF-WHEELS

import { createRequire } from "node:module";
import { main } from "./protocol.mjs";

const [role, home, wheels] = process.argv.slice(2);
const { about, Sandbox } = createRequire(import.meta.url)(home);

const held = [];
let live;

const plain = await Sandbox.create();

async function run(work, code) {
  const result = await work.execute(code);
  return result.raiseForStatus();
}

await main(role, {
  async about() {
    const versions = await about();
    return { terrarium: versions.terrarium, Node: process.versions.node, Python: versions.python };
  },
  async fresh(packages) {
    const quickStart = role === 'first';
    const options = { packages, packagesFrom: [wheels], quickStart };
    const sandbox = packages.length > 0 ? await Sandbox.create(options) : plain;
    return async (code) => (await run(sandbox, code)).stdout;
  },
  async evaluate(code) {
    // To the first result nothing is kept.
    if (role === "cold") return (await run(plain, code)).finalRepr;
    live ??= await plain.session();
    return (await run(live, code)).finalRepr;
  },
  async run(code) {
    live ??= await plain.session();
    return (await run(live, code)).stdout;
  },
  async hold(count) {
    for (let i = 0; i < count; i++) {
      held.push(await plain.session());
      await run(held.at(-1), "0");
    }
  },
});
