// What the edge answers to whom: each case is a request and the whole answer that is wanted. njs and Node are put to
// the same list, so this keeps to the syntax of njs.
import crypto from 'crypto';

const NOW = 1795000000;
const TORRENT = '25e6e4bc4eb17527321dd43fbe4233c7b2e82370';
const OTHER = 'c9e15763f722f23e98a29decdfae341b98d53056';
const KEYS = { session: 'k-session', share: 'k-share', token: 'k-token', viewer: 'k-viewer' };
const TOKEN = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFG';

function mac(key, message) {
  return crypto.createHmac('sha256', key).update(message).digest('base64url');
}

const HASH = mac(KEYS.token, TOKEN);
const ID = HASH.slice(0, 16);
const NO_TOKENS = { keys: JSON.stringify(KEYS) };
const STORE = { keys: JSON.stringify(KEYS) };
STORE['token:' + ID] = HASH;

function session(expires) {
  const claims = (expires || NOW + 60) + '.' + ID;
  return claims + '.' + mac(KEYS.session, claims);
}

function share(scope, expires) {
  const end = expires || NOW + 60;
  return end + '.' + mac(KEYS.share, scope + '\n' + end);
}

const SIGNED_IN = { '__Host-session': session() };
const OF_TORRENT = share('/files/' + TORRENT + '/');
const FILE = '/files/' + TORRENT + '/An%20album/01.flac';
const OF_FILE = share(FILE);
const HTML = '/files/' + TORRENT + '/readme.html';
const PAGE = '/complete/' + TORRENT + '/index.html';

function shareCookie(torrent, value) {
  const cookies = {};
  cookies['__Host-share-' + torrent] = value;
  return cookies;
}

// The answers.
const LET_IN = 'let in';

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

function signIn(to) {
  return redirect('/sign-in.html?to=' + encodeURIComponent(to), {});
}

function unauthorized(type, data) {
  return {
    statusCode: 401,
    statusDescription: 'Unauthorized',
    headers: {
      'content-type': { value: type },
      'cache-control': { value: 'no-store' },
      'www-authenticate': { value: 'Bearer' },
      'x-content-type-options': { value: 'nosniff' },
    },
    body: { encoding: 'text', data: data },
  };
}

const NO_PROOF = unauthorized('application/problem+json', JSON.stringify({
  type: 'urn:torrent2s3:problem:no-proof',
  title: 'Unauthorized',
  status: 401,
  detail: 'Sign in, or send a token.',
}));
const DEAD_LINK = unauthorized('text/plain', 'This link has ended, was withdrawn or is not whole. Ask for a new one.\n');

// As many fields of a query.
function names(count) {
  const all = {};
  for (let at = 0; at < count; at += 1) all['f' + at] = '';
  return all;
}

const cases = [];

// Each of `requests` (a path alone stands for a GET of it) gets `answer`; `store` is what the edge knows.
function wanted(name, requests, answer, store) {
  requests.forEach((request) => {
    const asked = typeof request === 'string' ? { uri: request } : request;
    cases.push({ name: name, request: asked, answer: answer, store: store || STORE });
  });
}

const PUBLIC = 'the scripts, styles and pictures of the site are public, pages and data are not';
wanted(PUBLIC, [
  '/sign-in.html', '/sign-in.js', '/style.css', '/complete/page.js', '/add/draft.js', '/icon-192.png',
  '/manifest.webmanifest', { uri: '/sign-in.html', headers: { 'x-viewer': 'made up' } },
], LET_IN);
wanted(PUBLIC, [
  '/complete/' + TORRENT + '/x.js', '/files/x.js', '/files/a/x.css', '/status/x.png', '/api/x.js',
  '/x.js/../status/status.json', '/complete/library.json', '//files/x.js', '/a//b.js', '/.js', '/a/.js', '/x.js/', '/x.js?',
], NO_PROOF);

// AWS does not say which of the two the function gets when somebody asks for the root.
const SIGN_IN = 'a page without proof leads to the sign-in page and back';
wanted(SIGN_IN, ['/', '/index.html'], signIn('/'));
wanted(SIGN_IN, ['/status/index.html'], signIn('/status/index.html'));
wanted(SIGN_IN, ['/', '/index.html'].map((uri) => ({ uri: uri, query: { links: 'magnet%3A%3Fx%26y', b: 'a+b', c: '%' } })), signIn('/?links=magnet%3A%3Fx%26y&b=a+b&c=%'));
wanted(SIGN_IN, [{ uri: '/', query: { links: ['one', 'two'] } }], signIn('/?links=one&links=two'));
// The local stack decodes what CloudFront leaves as it came.
wanted(SIGN_IN, [{ uri: '/', query: { links: 'magnet:?x&y' } }], signIn('/?links=magnet%3A%3Fx%26y'));
wanted(SIGN_IN, [{ uri: '/', query: { q: 'é "😀😀"' } }], signIn('/?q=%C3%A9%20%22%F0%9F%98%80%F0%9F%98%80%22'));
wanted(SIGN_IN, [{ uri: '/files/' + TORRENT + '/a.txt', headers: { 'sec-fetch-dest': 'document' } }], signIn('/files/' + TORRENT + '/a.txt'));

// Over 8,192 bytes CloudFront would refuse the address that it is sent to.
const LONG = 'a long address costs little and is never sent back longer than CloudFront takes it';
wanted(LONG, [{ uri: '/', query: { links: '%3A'.repeat(1500) } }], signIn('/?links=' + '%3A'.repeat(1500)));
wanted(LONG, [{ uri: '/', query: { links: '%3A'.repeat(2600) } }], signIn('/'));
wanted(LONG, ['/' + '%20'.repeat(1000) + '.html'], signIn('/' + '%20'.repeat(1000) + '.html'));
wanted(LONG, ['/' + '%'.repeat(3000) + '.html'], signIn('/'));
wanted(LONG, [{ uri: '/', query: names(8) }], signIn('/?' + Object.keys(names(8)).join('=&') + '='));
wanted(LONG, [{ uri: '/', query: names(9) }, { uri: '/', query: { a: Array(10).join('a').split('') } }], signIn('/'));
wanted(LONG, ['/' + 'a'.repeat(3073), { uri: '/files/' + TORRENT + '/' + 'a'.repeat(3100), cookies: SIGNED_IN }, '/' + 'a'.repeat(3071) + '.js'], {
  statusCode: 414,
  statusDescription: 'URI Too Long',
});
wanted(LONG, ['/' + 'a'.repeat(3069) + '.js'], LET_IN);

const REFUSED = 'everything else without proof gets a 401 that says why';
wanted(REFUSED, [
  '/api/torrents', { uri: '/', method: 'POST' }, '/status/status.json', '/api/session', { uri: '/api/session/', method: 'POST' },
  HTML, '/api/x.html', { uri: '/api/torrents', headers: { 'sec-fetch-dest': 'document' } }, { uri: '/api/torrents', query: { s: OF_TORRENT } },
], NO_PROOF);

const VIEWER = 'sign-in is told the address of its viewer, and nobody else can say one';
const MADE_UP = { 'x-viewer': 'made up', 'content-length': '60' };
wanted(VIEWER, [{ uri: '/api/session', method: 'POST', headers: MADE_UP, ip: '2001:db8::1' }], {
  method: 'POST',
  uri: '/api/session',
  querystring: {},
  headers: { 'content-length': { value: '60' }, 'x-viewer': { value: '2001:db8::1 ' + mac(KEYS.viewer, '2001:db8::1') } },
  cookies: {},
});

const SESSION = 'a session opens everything until it ends or its token goes';
wanted(SESSION, [
  { uri: '/', cookies: SIGNED_IN }, { uri: '/api/torrents', cookies: SIGNED_IN }, { uri: '/files/' + OTHER + '/x', cookies: SIGNED_IN },
  { uri: '/status/status.json', cookies: SIGNED_IN }, { uri: '/api/torrents', cookies: SIGNED_IN, headers: MADE_UP },
  { uri: '/api/torrents', method: 'POST', cookies: SIGNED_IN },
], LET_IN);
wanted(SESSION, [
  { uri: '/', cookies: { '__Host-session': session(NOW) } }, { uri: '/', cookies: { session: session() } },
  { uri: '/', cookies: { '__host-session': session() } }, { uri: '/', cookies: { '__Host-session': session() + '=' } },
], signIn('/'));
wanted(SESSION, [{ uri: '/', cookies: SIGNED_IN }], signIn('/'), NO_TOKENS);

const BEARER = 'a token opens everything until it goes';
function bearer(authorization) {
  return { uri: '/api/torrents', headers: { authorization: authorization } };
}
wanted(BEARER, [bearer('Bearer ' + TOKEN), bearer('bearer ' + TOKEN), { uri: '/files/' + OTHER + '/x', headers: { authorization: 'Bearer ' + TOKEN } }], LET_IN);
wanted(BEARER, [TOKEN, 'Basic ' + TOKEN, 'Bearer ' + TOKEN + 'x', 'Bearer  ' + TOKEN, 'Bearer ', HASH, 'Bearer ' + 'x'.repeat(513)].map(bearer), NO_PROOF);
wanted(BEARER, [bearer('Bearer ' + TOKEN)], NO_PROOF, NO_TOKENS);
// The beginning of a hash, by which it is found, is not enough.
const LIKE_IT = { keys: NO_TOKENS.keys };
LIKE_IT['token:' + ID] = ID + mac(KEYS.token, 'other').slice(16);
const LONGER = { keys: NO_TOKENS.keys };
LONGER['token:' + ID] = HASH + 'x';
wanted(BEARER, [bearer('Bearer ' + TOKEN)], NO_PROOF, LIKE_IT);
wanted(BEARER, [bearer('Bearer ' + TOKEN)], NO_PROOF, LONGER);

const SHARE = 'a share link opens what it is for and nothing else';
function shared(uri, s, method) {
  return { uri: uri, query: { s: s }, method: method };
}
wanted(SHARE, [
  shared(FILE, OF_FILE), shared(FILE, OF_TORRENT, 'HEAD'), shared('/complete/' + TORRENT + '/playlist.m3u8', OF_TORRENT),
  { uri: FILE, query: { s: OF_FILE, x: '1' }, headers: { range: 'bytes=0-' } },
  shared(HTML, OF_TORRENT), shared(HTML, share(HTML)),
], LET_IN);
wanted(SHARE, [
  shared('/files/' + TORRENT + '/An%20album/02.flac', OF_FILE),
  shared(PAGE, OF_FILE),
  shared(PAGE, share(PAGE)),
  shared('/files/' + OTHER + '/x', OF_TORRENT),
  shared('/complete/' + OTHER + '/index.html', OF_TORRENT),
  shared(FILE, share(FILE, NOW)),
  shared(FILE, OF_TORRENT, 'DELETE'),
  shared('/files/' + TORRENT + '/../' + OTHER + '/x', OF_TORRENT),
  shared('/files/' + TORRENT + '/%2e%2E/' + OTHER + '/x', OF_TORRENT),
  shared('/files/' + TORRENT + '/..%2f' + OTHER + '/x', OF_TORRENT),
  shared('/files/' + TORRENT + '/..%5c' + OTHER + '/x', OF_TORRENT),
  shared('/files/' + TORRENT + '//x', OF_TORRENT),
  shared(FILE + '/', OF_FILE),
  shared(FILE, OF_FILE + '='),
  shared(FILE, ''),
], DEAD_LINK);
wanted(SHARE, [
  shared('/status/status.json', OF_TORRENT), shared('/api/torrents/' + TORRENT, OF_TORRENT),
  shared('/FILES/' + TORRENT + '/x', OF_TORRENT), shared('/files/' + TORRENT.toUpperCase() + '/x', OF_TORRENT),
], NO_PROOF);

const REVOKED = 'a share link that is revoked opens nothing';
const REVOKING = { keys: NO_TOKENS.keys };
REVOKING['revoked:' + OF_TORRENT.split('.')[1].slice(0, 16)] = '1';
wanted(REVOKED, [shared('/files/' + TORRENT + '/x', OF_TORRENT)], DEAD_LINK, REVOKING);
wanted(REVOKED, [{ uri: '/files/' + TORRENT + '/x', cookies: shareCookie(TORRENT, OF_TORRENT) }], NO_PROOF, REVOKING);

const VISITOR = 'the page of a shared torrent gives its visitor a cookie for that torrent alone';
const GIVEN = {};
GIVEN['__Host-share-' + TORRENT] = { value: OF_TORRENT, attributes: 'Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60' };
wanted(VISITOR, [{ uri: PAGE, query: { s: OF_TORRENT, x: '1' } }], redirect(PAGE + '?x=1', GIVEN));
wanted(VISITOR, [PAGE, '/files/' + TORRENT + '/x', '/complete/' + TORRENT + '/files.json'].map((uri) => ({ uri: uri, cookies: shareCookie(TORRENT, OF_TORRENT) })), LET_IN);
wanted(VISITOR, ['/status/status.json', '/files/' + OTHER + '/x', '/api/torrents'].map((uri) => ({ uri: uri, cookies: shareCookie(TORRENT, OF_TORRENT) })), NO_PROOF);
// Moved to another torrent's name it opens nothing.
wanted(VISITOR, [{ uri: '/files/' + OTHER + '/x', cookies: shareCookie(OTHER, OF_TORRENT) }], NO_PROOF);
// A link for a file is none for a visitor.
wanted(VISITOR, [{ uri: FILE, cookies: shareCookie(TORRENT, OF_FILE) }], NO_PROOF);

// For measurements: one request of each kind.
const kinds = {
  'public file': { uri: '/complete/page.js' },
  session: { uri: '/api/torrents', cookies: SIGNED_IN },
  bearer: bearer('Bearer ' + TOKEN),
  'share link': shared(FILE, OF_FILE),
  'share cookie': { uri: FILE, cookies: shareCookie(TORRENT, OF_TORRENT) },
  refused: { uri: '/api/torrents' },
  'to sign-in': { uri: '/', query: { links: 'magnet%3A%3Fxt%3Durn%3Abtih%3A' + TORRENT } },
  'sign-in': { uri: '/api/session', method: 'POST' },
  'every proof wrong': {
    uri: FILE,
    cookies: Object.assign(shareCookie(TORRENT, share('/files/' + OTHER + '/')), { '__Host-session': session().slice(0, -1) + '_' }),
    headers: { authorization: 'Bearer ' + TOKEN + 'x' },
    query: { s: share('/files/' + OTHER + '/') },
  },
};

// Without any proof, and as much work as CloudFront's limits allow (a URL of 8,192 bytes, a request of 20,480): whoever
// got the function over its time would depend on what CloudFront does then.
function spaced(count) {
  const all = {};
  Object.keys(names(count)).forEach((name) => { all[name + ' '] = ' '.repeat(1000); });
  return all;
}

const FOLDER = '/files/' + TORRENT + '/';
const ROOM = 3073 - FOLDER.length;
const largest = {
  'letters': { uri: '/' + 'a'.repeat(3072) },
  'folders': { uri: '/' + 'a/'.repeat(1536) },
  'dots': { uri: '/' + 'a.'.repeat(1536) },
  'almost a script': { uri: '/' + 'a-/'.repeat(1023) + '.js' },
  'almost a page': { uri: FOLDER + '.html'.repeat(ROOM / 5), method: 'HEAD', query: { a: '%41'.repeat(1600) } },
  'almost a trick': { uri: FOLDER + '%2e.x/'.repeat(ROOM / 6), cookies: shareCookie(TORRENT, OF_FILE), query: { s: OF_FILE } },
  'a page of percent': { uri: '/' + '%'.repeat(3067) + '.html' },
  'too long': { uri: '/' + 'a/'.repeat(4095) },
  'a session of digits': { uri: '/api/x', cookies: { '__Host-session': '1'.repeat(20000) } },
  'a session of letters': { uri: '/api/x', cookies: { '__Host-session': '1.' + 'a'.repeat(20000) } },
  'a long token': { uri: '/api/x', headers: { authorization: 'bearer ' + '!'.repeat(20000) } },
  'a long share': { uri: FOLDER + 'x', query: { s: '1.' + '-'.repeat(8000) } },
  'names': { uri: '/', query: names(2700) },
  'values': { uri: '/', query: { a: Array(4096).join(' ').split('') } },
  'plus': { uri: '/', query: { a: '+'.repeat(8190) } },
  'encoded': { uri: '/', query: { a: '%41'.repeat(2730) } },
  'eight spaces': { uri: '/', query: spaced(8) },
  'percent': { uri: '/', query: { a: '%'.repeat(8190) } },
  'spaces': { uri: '/', query: { a: ' '.repeat(8190) } },
  'letters and spaces': { uri: '/', query: { a: 'a '.repeat(4095) } },
  'letters and percent': { uri: '/', query: { a: 'a%'.repeat(4095) } },
  'a page of percent': { uri: '/' + '%'.repeat(8186) + '.html' },
};

export default { NOW: NOW, STORE: STORE, LET_IN: LET_IN, cases: cases, kinds: kinds, largest: largest };
