// Who comes in: CloudFront runs this for every request, before its cache. docs/security.md says what is let in
// and why; crates/proof checks the same proofs behind it. Runtime cloudfront-js-2.0: about 1 ms, 10 KB, and njs, which
// accepts less than Node (edge/tests/syntax.test.js); an `await` is always the whole right side of an assignment.
import cf from 'cloudfront';
const crypto = require('crypto');

const COOKIE = '__Host-session';
const SHARE_COOKIE = '__Host-share-';
// What everybody may read: the sign-in page, and scripts, styles and pictures of the site itself.
// No repeated group: on a long path njs would need milliseconds and megabytes for it.
const PUBLIC = /^\/(sign-in\.html|[\w\/-]*[\w-]\.(js|css|svg|png|webmanifest))$/;
const PRIVATE = /^\/(api|files|status|complete\/[0-9a-f]{40})\//;
const OF_TORRENT = /^\/(files|complete)\/([0-9a-f]{40})\//;
const SESSION = /^([1-9]\d{0,11})\.([\w-]{16})\.([\w-]{43})$/;
const SHARE = /^([1-9]\d{0,11})\.([\w-]{43})$/;
const BEARER = /^bearer ([\x21-\x7e]{1,512})$/i;
// A path that some server could read as another one: empty segments, dots, encoded slashes.
const TRICK = /\/\/|\/(\.|%2e){1,2}(\/|$)|%2f|%5c|%00|[^\x21-\x7e]|[\\?#]/i;
// CloudFront refuses a URL of more than 8,192 bytes.
const TO_MAX = 8000;
// A key of S3 has at most 1,024 bytes, here percent-encoded. This and FIELDS_MAX bound what a request can cost.
const URI_MAX = 3073;
const FIELDS_MAX = 8;
// In a query that nothing has decoded there is none of these.
const DECODED = /[^\x21-\x7e]|["#&<>]/;

function mac(key, message) {
  return crypto.createHmac('sha256', key).update(message).digest('base64url');
}

// In constant time.
function same(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

async function hasSession(request, keys, store, now) {
  const cookie = request.cookies[COOKIE];
  const found = cookie && SESSION.exec(cookie.value);
  if (!found || Number(found[1]) <= now) return false;
  if (!same(mac(keys.session, found[1] + '.' + found[2]), found[3])) return false;
  return store.exists('token:' + found[2]);
}

async function hasToken(request, keys, store) {
  const header = request.headers.authorization;
  const found = header && BEARER.exec(header.value);
  if (!found) return false;
  const hash = mac(keys.token, found[1]);
  const name = 'token:' + hash.slice(0, 16);
  const known = await store.exists(name);
  if (!known) return false;
  const kept = await store.get(name);
  return same(hash, kept);
}

// What the signature in a cookie or a query opens: 'file', 'torrent', or '' for nothing.
async function shared(request, field, keys, store, now) {
  const found = field && SHARE.exec(field.value);
  const torrent = OF_TORRENT.exec(request.uri);
  if (!found || !torrent || Number(found[1]) <= now) return '';
  const end = '\n' + found[1];
  let opens = '';
  if (same(mac(keys.share, '/files/' + torrent[2] + '/' + end), found[2])) opens = 'torrent';
  else if (torrent[1] === 'files' && same(mac(keys.share, request.uri + end), found[2])) opens = 'file';
  // Last, since it costs most: only who has a signature gets that far.
  if (!opens || TRICK.test(request.uri)) return '';
  const revoked = await store.exists('revoked:' + found[2].slice(0, 16));
  return revoked ? '' : opens;
}

// For an address to come back to; '' when it has more fields than a page of ours is ever given.
function queryOf(request, without) {
  const pairs = [];
  for (const name in request.querystring) {
    const field = request.querystring[name];
    const values = field.multiValue || [field];
    if (pairs.length + values.length > FIELDS_MAX) return '';
    for (let at = 0; at < values.length; at += 1) {
      if (name !== without) pairs.push(encoded(name) + '=' + encoded(values[at].value));
    }
  }
  return pairs.length ? '?' + pairs.join('&') : '';
}

// CloudFront gives names and values as they came, the local stack gives them decoded. (Nothing is decoded here: njs needs a
// millisecond for the error of one bad escape.)
function encoded(text) {
  return DECODED.test(text) ? encodeURIComponent(text) : text;
}

function redirect(location, cookies) {
  return {
    statusCode: 302,
    statusDescription: 'Found',
    headers: {
      location: { value: location },
      'cache-control': { value: 'no-store' },
      'referrer-policy': { value: 'no-referrer' },
    },
    cookies: cookies,
  };
}

function refusal(type, body) {
  return {
    statusCode: 401,
    statusDescription: 'Unauthorized',
    headers: {
      'content-type': { value: type },
      'cache-control': { value: 'no-store' },
      'www-authenticate': { value: 'Bearer' },
      'x-content-type-options': { value: 'nosniff' },
    },
    body: { encoding: 'text', data: body },
  };
}

function refused(request) {
  const uri = request.uri;
  const reading = request.method === 'GET' || request.method === 'HEAD';
  const dest = request.headers['sec-fetch-dest'];
  const isPage = uri === '/' || (/\.html$/.test(uri) && !/^\/(api|files)\//.test(uri));
  if (request.querystring.s && OF_TORRENT.test(uri)) {
    return refusal('text/plain', 'This link has ended, was withdrawn or is not whole. Ask for a new one.\n');
  }
  if (reading && (isPage || (dest && dest.value === 'document' && !/^\/api\//.test(uri)))) {
    // AWS does not say whether the default root object is there already.
    const page = uri === '/index.html' ? '/' : uri;
    const to = encodeURIComponent(page + queryOf(request));
    return redirect('/sign-in.html?to=' + (to.length > TO_MAX ? '%2F' : to), {});
  }
  const problem = {
    type: 'urn:torrent2s3:problem:no-proof',
    title: 'Unauthorized',
    status: 401,
    detail: 'Sign in, or send a token.',
  };
  return refusal('application/problem+json', JSON.stringify(problem));
}

async function handler(event) {
  const request = event.request;
  const uri = request.uri;
  // Nobody but this function says who the viewer is.
  delete request.headers['x-viewer'];
  if (uri.length > URI_MAX) return { statusCode: 414, statusDescription: 'URI Too Long' };
  if (PUBLIC.test(uri) && !PRIVATE.test(uri) && uri.indexOf('//') < 0) return request;
  const store = cf.kvs();
  const text = await store.get('keys');
  const keys = JSON.parse(text);
  if (uri === '/api/session' && request.method === 'POST') {
    const ip = event.viewer.ip;
    request.headers['x-viewer'] = { value: ip + ' ' + mac(keys.viewer, ip) };
    return request;
  }
  const now = Math.floor(Date.now() / 1000);
  const signedIn = await hasSession(request, keys, store, now);
  if (signedIn) return request;
  const trusted = await hasToken(request, keys, store);
  if (trusted) return request;
  const torrent = OF_TORRENT.exec(uri);
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (!torrent || !reading) return refused(request);
  const kept = request.cookies[SHARE_COOKIE + torrent[2]];
  const visits = await shared(request, kept, keys, store, now);
  if (visits === 'torrent') return request;
  const given = request.querystring.s;
  const opens = await shared(request, given, keys, store, now);
  if (!opens) return refused(request);
  if (!/\.html$/.test(uri) || torrent[1] !== 'complete') return request;
  // The page's pictures, lists and links carry no signature: from here on the cookie does.
  const cookies = {};
  cookies[SHARE_COOKIE + torrent[2]] = {
    value: given.value,
    attributes: 'Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=' + (Number(given.value.split('.')[0]) - now),
  };
  return redirect(uri + queryOf(request, 's'), cookies);
}
