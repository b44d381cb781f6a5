// How much work a request is, in njs: HANDLER KIND TURNS puts one kind of request so often to `edge` or to `empty`, a
// handler that does nothing, and prints the microseconds of CPU and the bytes of memory of each. njs frees nothing
// before it ends, so the bytes are all that a request ever takes; CloudFront allows it 2 MB.
import cf from 'cloudfront';
import edge from 'edge.js';
import events from './events.js';
import edgeCases from './cases.js';

async function empty(event) {
  return event.request;
}

async function main() {
  const handler = process.argv[2] === 'edge' ? edge : empty;
  const asked = edgeCases.kinds[process.argv[3]] || edgeCases.largest[process.argv[3]];
  const turns = Number(process.argv[4]);
  const clock = Date.now;
  cf.entries = edgeCases.STORE;
  Date.now = () => edgeCases.NOW * 1000;
  const prepared = [];
  for (let at = 0; at < turns; at += 1) prepared.push(events.viewerRequest(asked));
  const size = njs.memoryStats.size;
  const start = clock();
  for (let at = 0; at < turns; at += 1) await handler(prepared[at]);
  console.log(((clock() - start) * 1000) / turns + ' ' + (njs.memoryStats.size - size) / turns);
}

main();
