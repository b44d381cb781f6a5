// Who comes in: CloudFront runs this for every request, before its cache. docs/security.md says what is let in
// and why; crates/proof checks the same proofs behind it. Runtime cloudfront-js-2.0: no `for … of`, no
// destructuring, no classes, 1 ms, 10 KB.
import cf from 'cloudfront';
import crypto from 'crypto';

const COOKIE = '__Host-session';
const SHARE_COOKIE = '__Host-share-';
// What everybody may read: the sign-in page, and scripts, styles and pictures of the site itself.
const PUBLIC = /^\/(sign-in\.html|([\w-]+\/)*[\w-]+\.(js|css|svg|png|webmanifest))$/;
const PRIVATE = /^\/(api|files|status|complete\/[0-9a-f]{40})\//;
const OF_TORRENT = /^\/(files|complete)\/([0-9a-f]{40})\//;
const SESSION = /^([1-9]\d{0,11})\.([\w-]{16})\.([\w-]{43})$/;
const SHARE = /^([1-9]\d{0,11})\.([\w-]{43})$/;
const BEARER = /^bearer ([\x21-\x7e]+)$/i;
// A path that some server could read as another one: empty segments, dots, encoded slashes.
const TRICK = /\/\/|\/(\.|%2e){1,2}(\/|$)|%2f|%5c|%00|[^\x21-\x7e]|[\\?#]/i;

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
  if (!(await store.exists(name))) return false;
  return same(hash, await store.get(name));
}

// What the signature opens: 'file', 'torrent', or '' for nothing.
async function shared(request, value, keys, store, now) {
  const found = SHARE.exec(value);
  const torrent = OF_TORRENT.exec(request.uri);
  if (!found || !torrent || Number(found[1]) <= now || TRICK.test(request.uri)) return '';
  const end = '\n' + found[1];
  let opens = '';
  if (same(mac(keys.share, '/files/' + torrent[2] + '/' + end), found[2])) opens = 'torrent';
  else if (torrent[1] === 'files' && same(mac(keys.share, request.uri + end), found[2])) opens = 'file';
  if (opens && (await store.exists('revoked:' + found[2].slice(0, 16)))) return '';
  return opens;
}

function queryOf(request, without) {
  const pairs = [];
  for (const name in request.querystring) {
    const field = request.querystring[name];
    const values = field.multiValue || [field];
    for (let at = 0; at < values.length; at += 1) {
      if (name !== without) pairs.push(legal(name) + '=' + legal(values[at].value));
    }
  }
  return pairs.length ? '?' + pairs.join('&') : '';
}

// What is encoded stays as it is.
function legal(text) {
  return text.replace(/[^\w\-.~!$'()*,;:@/?%]/g, encodeURIComponent);
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
    // CloudFront has put the default root object there already.
    const page = uri === '/index.html' ? '/' : uri;
    return redirect('/sign-in.html?to=' + encodeURIComponent(page + queryOf(request)), {});
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
  if (PUBLIC.test(uri) && !PRIVATE.test(uri)) return request;
  const store = cf.kvs();
  const keys = JSON.parse(await store.get('keys'));
  if (uri === '/api/session' && request.method === 'POST') {
    const ip = event.viewer.ip;
    request.headers['x-viewer'] = { value: ip + ' ' + mac(keys.viewer, ip) };
    return request;
  }
  const now = Math.floor(Date.now() / 1000);
  if (await hasSession(request, keys, store, now)) return request;
  if (await hasToken(request, keys, store)) return request;
  const torrent = OF_TORRENT.exec(uri);
  const reading = request.method === 'GET' || request.method === 'HEAD';
  if (!torrent || !reading) return refused(request);
  const kept = request.cookies[SHARE_COOKIE + torrent[2]];
  if (kept && (await shared(request, kept.value, keys, store, now)) === 'torrent') return request;
  const given = request.querystring.s;
  const opens = given ? await shared(request, given.value, keys, store, now) : '';
  if (!opens) return refused(request);
  if (opens === 'file' || !/\.html$/.test(uri) || torrent[1] !== 'complete') return request;
  // The page's pictures, lists and links carry no signature: from here on the cookie does.
  const cookies = {};
  cookies[SHARE_COOKIE + torrent[2]] = {
    value: given.value,
    attributes: 'Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=' + (Number(given.value.split('.')[0]) - now),
  };
  return redirect(uri + queryOf(request, 's'), cookies);
}
