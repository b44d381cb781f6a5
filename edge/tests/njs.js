// Puts the template's functions to the checks in njs: `cargo xtask test edge` says how it is called.
import cf from 'cloudfront';
import edgeCases from './cases.js';
import edge from 'edge.js';
import files from 'files.js';
import events from './events.js';
import fs from 'fs';
import make from './checks.js';

const clock = Date.now;
const TURNS = 20;
// CloudFront gives a run 2 MB.
const BYTES_MAX = 1000000;
// Times the work of an ordinary request with every proof wrong. The worst of today has 4; a pattern per field
// had 300.
const TIMES_MAX = 20;

// Microseconds and bytes of one request; of three tries the quickest, since other programs run too.
async function work(asked) {
  let micros = Infinity;
  let bytes = 0;
  for (let batch = 0; batch < 3; batch += 1) {
    const prepared = [];
    for (let at = 0; at < TURNS; at += 1) prepared.push(events.viewerRequest(asked));
    const size = njs.memoryStats.size;
    const start = clock();
    for (let at = 0; at < TURNS; at += 1) await edge(prepared[at]);
    micros = Math.min(micros, ((clock() - start) * 1000) / TURNS);
    bytes = Math.max(bytes, (njs.memoryStats.size - size) / TURNS);
  }
  return { micros: micros, bytes: bytes };
}

async function workProblems() {
  cf.entries = edgeCases.STORE;
  Date.now = () => edgeCases.NOW * 1000;
  const ordinary = await work(edgeCases.kinds['every proof wrong']);
  const names = Object.keys(edgeCases.largest);
  const problems = [];
  for (let at = 0; at < names.length; at += 1) {
    const found = await work(edgeCases.largest[names[at]]);
    const bad = found.bytes > BYTES_MAX || found.micros > ordinary.micros * TIMES_MAX;
    if (bad) problems.push(names[at] + ': ' + JSON.stringify(found) + ', ordinary: ' + JSON.stringify(ordinary));
  }
  return problems;
}

async function main() {
  const checks = make(edge, files, cf, JSON.parse(fs.readFileSync(process.argv[2], 'utf8')));
  checks.push({ name: 'no request that CloudFront takes needs much time or memory', run: workProblems });
  let failed = 0;
  for (let at = 0; at < checks.length; at += 1) {
    const problems = await checks[at].run();
    console.log((problems.length ? 'FAILED  ' : 'ok      ') + checks[at].name);
    problems.slice(0, 5).forEach((problem) => console.log('  ' + problem.slice(0, 2000)));
    failed += problems.length;
  }
  console.log('njs ' + njs.version + ': ' + checks.length + ' checks, ' + failed + ' problems');
  // A promise that is rejected ends njs with an exit code of 1.
  if (failed) throw new Error(failed + ' problems');
}

main();
