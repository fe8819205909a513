// Runs a generated program as it is, with the legacy exceptions of V8, and prints one line for each call.
// Arguments: module, number of functions, fuel, then the arguments of the calls.
import { readFileSync } from "node:fs";

const [path, count, fuel, ...values] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(path));
const exported = instance.exports;
const tags = Object.keys(exported)
  .filter((name) => name.startsWith("tag"))
  .map((name) => [name, exported[name]]);
const carried = { tag0: 0, tag1: 1, tag2: 2, tag3: 0 };

const lines = [];
for (let number = 0; number < Number(count); number++) {
  for (const value of values) {
    exported.hash.value = 0n;
    exported.fuel.value = BigInt(fuel);
    let outcome;
    try {
      outcome = `returned ${exported[`f${number}`](Number(value))}`;
    } catch (error) {
      if (!(error instanceof WebAssembly.Exception)) throw error;
      const [name, tag] = tags.find(([, known]) => error.is(known));
      const fields = Array.from({ length: carried[name] }, (_, i) => error.getArg(tag, i));
      outcome = [name, ...fields].join(" ");
    }
    lines.push(`f${number} ${value} ${exported.hash.value} ${outcome}`);
  }
}
console.log(lines.join("\n"));
