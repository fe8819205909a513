// An HTTP service that runs Python code, and stops a run when its client disconnects.
import express from 'express';
import { Sandbox } from 'terrarium';

const sandbox = await Sandbox.create({ timeout: 10, memory: 256 << 20 });
let running = 0;

const app = express();
app.use(express.json({ limit: '100kb' }));

/** Refuses a body without code. */
function checked(request, response, next) {
  if (typeof request.body?.code === 'string') {
    next();
  } else {
    response.status(422).json({ error: 'the body needs the member `code`, a string' });
  }
}

/** Answers with the result, whatever the code did. */
app.post('/run', checked, async (request, response) => {
  const stop = new AbortController();
  response.on('close', () => stop.abort());
  running++;
  try {
    const result = await sandbox.execute(request.body.code, { signal: stop.signal });
    response.json({
      status: result.status,
      stdout: result.stdout,
      value: result.finalRepr,
      error: result.error?.message ?? null,
    });
  } finally {
    running--;
  }
});

/** Sends each piece of output while the code runs, and the status last: one JSON object a line. */
app.post('/stream', checked, async (request, response) => {
  const stop = new AbortController();
  response.on('close', () => stop.abort());
  response.type('application/x-ndjson');
  response.flushHeaders();
  running++;
  try {
    const output = sandbox.stream(request.body.code, { signal: stop.signal });
    for await (const event of output) {
      if (event.type !== 'stdout' && event.type !== 'stderr') {
        continue;
      }
      // A slow client slows the run down.
      if (!response.write(`${JSON.stringify({ [event.type]: event.text })}\n`) && !response.destroyed) {
        await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      }
    }
    response.end(`${JSON.stringify({ status: output.result.status })}\n`);
  } finally {
    running--;
  }
});

/** Tells how many runs are in progress. */
app.get('/running', (_request, response) => {
  response.json(running);
});

const server = app.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
