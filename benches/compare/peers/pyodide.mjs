// Pyodide in Node. The protocol is described in `protocol.py`.
//
//     node pyodide.mjs cold|serve FOLDER-OF-PYODIDE FOLDER-OF-WHEELS

import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { main } from "./protocol.mjs";

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

await main(role, {
  async about() {
    live = await start();
    const python = live.runPython("import sys; sys.version.split()[0]");
    return { Pyodide: version, Node: process.versions.node, Python: python };
  },
  fresh: (packages) => async (code) => run(await start(packages), code),
  async evaluate(code) {
    live ??= await start();
    return live.runPython(code);
  },
  async run(code) {
    live ??= await start();
    return run(live, code);
  },
  async hold(count) {
    for (let i = 0; i < count; i++) held.push(await start());
    globalThis.gc?.(); // what loading left behind is not the interpreters' memory
  },
});
