// The loop of Lambda's own Node runtime, and no more: event, handler, answer.

import http from "node:http";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, agent, method, path: `/2018-06-01/runtime/${path}` }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(chunks).toString() }));
      answer.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Waits for `init`, which is part of the start, then answers events for ever. */
export async function run(init, handler) {
  await init;
  for (;;) {
    const next = await call("GET", "invocation/next");
    const invocation = `invocation/${next.headers["lambda-runtime-aws-request-id"]}`;
    try {
      const answer = await handler(JSON.parse(next.body));
      await call("POST", `${invocation}/response`, JSON.stringify(answer ?? null));
    } catch (error) {
      const report = { errorType: error.name, errorMessage: error.message, stackTrace: [error.stack] };
      await call("POST", `${invocation}/error`, JSON.stringify(report));
    }
  }
}
