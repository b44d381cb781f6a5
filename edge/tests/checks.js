// The checks that njs and Node are both put to. Each has a name and a function that gives a list of what is wrong.
// This keeps to the syntax of njs.
import edgeCases from './cases.js';
import events from './events.js';

// With the names of objects in order, so that two values that are alike give the same text.
function canonical(value) {
  if (Array.isArray(value)) return '[' + value.map(canonical).join() + ']';
  if (value === null || typeof value !== 'object') return String(JSON.stringify(value));
  const shown = Object.keys(value).sort().filter((name) => value[name] !== undefined);
  return '{' + shown.map((name) => JSON.stringify(name) + ':' + canonical(value[name])).join() + '}';
}

function copy(value) {
  return JSON.parse(JSON.stringify(value));
}

// `edge`, `files`: the two functions; `cf`: what they import; `vectors`: Rust's requests and verdicts.
function make(edge, files, cf, vectors) {
  const NOW = edgeCases.NOW;

  function begin(entries, now) {
    cf.entries = entries;
    Date.now = () => now * 1000;
  }

  // CloudFront freezes time during a run; here it stays the same for a whole check.
  async function problemOf(item) {
    begin(item.store, NOW);
    const event = events.viewerRequest(item.request);
    const asIs = copy(event.request);
    delete asIs.headers['x-viewer'];
    const answer = await edge(event);
    const expected = canonical(item.answer === edgeCases.LET_IN ? asIs : item.answer);
    const found = canonical(answer);
    return found === expected ? '' : canonical(item.request) + '\n  gave   ' + found + '\n  wanted ' + expected;
  }

  async function caseProblems(name) {
    const problems = [];
    const items = edgeCases.cases.filter((item) => item.name === name);
    for (let at = 0; at < items.length; at += 1) {
      const problem = await problemOf(items[at]);
      if (problem) problems.push(problem);
    }
    return problems;
  }

  const checks = [];
  edgeCases.cases.forEach((item, at) => {
    const first = edgeCases.cases.findIndex((other) => other.name === item.name) === at;
    if (first) checks.push({ name: item.name, run: () => caseProblems(item.name) });
  });

  function known() {
    const entries = { keys: JSON.stringify(vectors.keys) };
    Object.keys(vectors.tokens).forEach((id) => { entries['token:' + id] = vectors.tokens[id]; });
    return entries;
  }

  async function letsIn(vector) {
    const event = events.viewerRequest({
      uri: vector.uri,
      cookies: vector.cookie === null ? {} : { '__Host-session': vector.cookie },
      headers: vector.authorization === null ? {} : { authorization: vector.authorization },
      query: vector.s === null ? {} : { s: vector.s },
    });
    const answer = await edge(event);
    if (answer.statusCode === undefined) return true;
    // To its own address without the signature: the page of a torrent that is shared.
    return answer.statusCode === 302 && answer.headers.location.value.indexOf('/sign-in.html') !== 0;
  }

  async function vectorProblems() {
    begin(known(), vectors.now);
    const problems = [];
    const counts = { in: 0, out: 0 };
    for (let at = 0; at < vectors.requests.length; at += 1) {
      const vector = vectors.requests[at];
      const found = await letsIn(vector);
      counts[found ? 'in' : 'out'] += 1;
      if (found !== vector.lets_in) problems.push(canonical(vector));
    }
    // A check that lets nobody in would agree with itself.
    if (counts.in < vectors.requests.length / 10 || counts.out < vectors.requests.length / 10) problems.push(canonical(counts));
    return problems;
  }

  checks.push({ name: 'Rust and the edge agree on who is let in', run: vectorProblems });

  async function viewerProblems() {
    begin(known(), vectors.now);
    const event = events.viewerRequest({ uri: '/api/session', method: 'POST' });
    const answer = await edge(event);
    const found = answer.headers['x-viewer'].value;
    return found === vectors.viewer ? [] : [found + ' instead of ' + vectors.viewer];
  }

  checks.push({ name: 'Rust reads the address that the edge signs', run: viewerProblems });

  function disposition(type, statusCode) {
    const answer = files(events.viewerResponse(statusCode || 200, type === undefined ? {} : { 'content-type': type }));
    const header = answer.headers['content-disposition'];
    return header ? header.value : 'none';
  }

  async function dispositionProblems() {
    const problems = [];
    function wanted(types, expected, statusCode) {
      types.forEach((type) => {
        const found = disposition(type, statusCode);
        if (found !== expected) problems.push(type + ' gave ' + found);
      });
    }
    wanted([
      undefined, 'text/html', 'TEXT/HTML; charset=utf-8', 'application/xhtml+xml', 'image/svg+xml', 'text/xml', 'application/xml',
      'text/javascript', 'application/x-javascript', 'application/rss+xml', 'multipart/x-mixed-replace', 'message/rfc822', 'text/xsl+xml',
    ], 'attachment');
    wanted([
      'video/webm', 'audio/flac', 'image/png', 'application/pdf', 'text/plain', 'application/zip', 'application/octet-stream', 'text/vtt',
    ], 'none');
    wanted([undefined], 'none', 304);
    wanted([undefined], 'attachment', 206);
    return problems;
  }

  checks.push({ name: 'what a browser could run is saved, what it plays and shows is not', run: dispositionProblems });
  return checks;
}

export default make;
