// Pyodide in Node. The protocol is described in `protocol.py`.
//
//     node pyodide.mjs cold|serve FOLDER-OF-PYODIDE FOLDER-OF-WHEELS

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [role, home, wheels] = process.argv.slice(2);
const { loadPyodide, version } = await import(pathToFileURL(join(home, "pyodide.mjs")));

const held = [];
let live;

async function start(packages = []) {
  const options = { indexURL: home };
  if (packages.length > 0) {
    options.lockFileURL = join(wheels, "pyodide-lock.json");
    options.packageBaseUrl = wheels + "/";
  }
  const pyodide = await loadPyodide(options);
  if (packages.length > 0) await pyodide.loadPackage(packages, { messageCallback: () => {} });
  return pyodide;
}

// Runs code in an interpreter; what it printed.
function run(pyodide, code) {
  let printed = "";
  pyodide.setStdout({ batched: (line) => { printed += line + "\n"; } });
  const globals = pyodide.toPy({ __name__: "__main__" });
  try {
    pyodide.runPython(code, { globals });
  } finally {
    globals.destroy();
  }
  return printed;
}

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

async function answer(request) {
  switch (request.task) {
    case "fresh": {
      const [ms, stdout] = await repeated(request, async () => run(await start(request.packages), request.code));
      return { ms, stdout };
    }
    case "evaluate": {
      live ??= await start();
      const [ms, value] = await repeated(request, () => live.runPython(request.code));
      return { ms, value: String(value) };
    }
    case "run":
      live ??= await start();
      return { stdout: run(live, request.code) };
    case "hold":
      for (let i = 0; i < request.count; i++) held.push(await start());
      globalThis.gc?.(); // what loading left behind is not the interpreters' memory
      return { held: request.count };
    default:
      return { cannot: `the task ${JSON.stringify(request.task)} is not known` };
  }
}

function say(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

if (role === "cold") {
  console.log(String((await start()).runPython("1 + 1")));
  process.exit(0);
}
live = await start();
say({ about: { Pyodide: version, Node: process.versions.node, Python: live.runPython("import sys; sys.version.split()[0]") } });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say(await answer(JSON.parse(line)));
  } catch (error) {
    say({ failed: String(error.message ?? error).trim().split("\n").pop() });
  }
}
process.exit(0);
