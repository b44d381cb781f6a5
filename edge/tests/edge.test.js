import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { SOURCE, edge, event } from "./edge.js";

const NOW = 1_795_000_000;
const TORRENT = "25e6e4bc4eb17527321dd43fbe4233c7b2e82370";
const OTHER = "c9e15763f722f23e98a29decdfae341b98d53056";
const KEYS = { session: "k-session", share: "k-share", token: "k-token", viewer: "k-viewer" };
const TOKEN = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/**
 * @param {string} key
 * @param {string} message
 */
const mac = (key, message) => createHmac("sha256", key).update(message).digest("base64url");
const HASH = mac(KEYS.token, TOKEN);
const ID = HASH.slice(0, 16);
const session = (expires = NOW + 60) => `${expires}.${ID}.${mac(KEYS.session, `${expires}.${ID}`)}`;
const share = (scope = `/files/${TORRENT}/`, expires = NOW + 60) => `${expires}.${mac(KEYS.share, `${scope}\n${expires}`)}`;

/** @param {[string, string][]} more */
const handler = (...more) => edge(new Map([["keys", JSON.stringify(KEYS)], [`token:${ID}`, HASH], ...more]), () => NOW);

/** @param {any} answer */
const shown = (answer) => answer.headers?.location?.value ?? answer.statusCode ?? "let in";

test("the site's own scripts and looks are for everybody, pages and data are not", async () => {
  const ask = await handler();
  for (const uri of ["/sign-in.html", "/sign-in.js", "/style.css", "/complete/page.js", "/add/draft.js", "/icon-192.png", "/manifest.webmanifest"]) {
    assert.equal(shown(await ask(event(uri))), "let in", uri);
  }
  for (const uri of [`/complete/${TORRENT}/x.js`, "/files/x.js", "/files/a/x.css", "/status/x.png", "/api/x.js", "/x.js/../status/status.json", "/complete/library.json"]) {
    assert.equal(shown(await ask(event(uri))), 401, uri);
  }
});

test("a page without proof leads to the sign-in page and back", async () => {
  const ask = await handler();
  for (const uri of ["/", "/index.html"]) assert.equal(shown(await ask(event(uri))), "/sign-in.html?to=%2F");
  assert.equal(shown(await ask(event("/status/index.html"))), "/sign-in.html?to=%2Fstatus%2Findex.html");
  const shared = event("/", { query: { links: "magnet%3A%3Fx", b: "a&b" } });
  assert.equal(shown(await ask(shared)), `/sign-in.html?to=${encodeURIComponent("/?links=magnet%3A%3Fx&b=a%26b")}`);
  const file = event(`/files/${TORRENT}/a.txt`, { headers: { "sec-fetch-dest": "document" } });
  assert.equal(shown(await ask(file)), `/sign-in.html?to=${encodeURIComponent(`/files/${TORRENT}/a.txt`)}`);
});

test("everything else without proof gets a 401 that says why", async () => {
  const ask = await handler();
  for (const [uri, method] of [["/api/torrents", "GET"], ["/", "POST"], ["/status/status.json", "GET"], ["/api/session", "GET"], ["/api/session/", "POST"]]) {
    const answer = await ask(event(uri, { method }));
    assert.equal(answer.statusCode, 401, uri);
    assert.equal(answer.headers["cache-control"].value, "no-store");
    assert.equal(JSON.parse(answer.body.data).type, "urn:torrent2s3:problem:no-proof");
  }
});

test("a session opens everything until it ends or its token goes", async () => {
  const ask = await handler();
  const cookies = { "__Host-session": session() };
  for (const uri of ["/", "/api/torrents", `/files/${OTHER}/x`, "/status/status.json"]) {
    assert.equal(shown(await ask(event(uri, { cookies }))), "let in", uri);
  }
  const passed = await ask(event("/api/torrents", { cookies, headers: { "x-viewer": "made up" } }));
  assert.equal(passed.headers["x-viewer"], undefined);
  assert.notEqual(shown(await ask(event("/", { cookies: { "__Host-session": session(NOW) } }))), "let in");
  assert.notEqual(shown(await ask(event("/", { cookies: { session: session() } }))), "let in");
  const gone = await edge(new Map([["keys", JSON.stringify(KEYS)]]), () => NOW);
  assert.notEqual(shown(await gone(event("/", { cookies }))), "let in");
});

test("a token opens everything until it goes", async () => {
  const ask = await handler();
  for (const scheme of ["Bearer", "bearer"]) {
    const headers = { authorization: `${scheme} ${TOKEN}` };
    assert.equal(shown(await ask(event(`/files/${OTHER}/x`, { headers }))), "let in");
  }
  for (const authorization of [TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, `Bearer  ${TOKEN}`, "Bearer ", HASH]) {
    assert.equal(shown(await ask(event("/api/torrents", { headers: { authorization } }))), 401, authorization);
  }
  const gone = await edge(new Map([["keys", JSON.stringify(KEYS)]]), () => NOW);
  assert.equal(shown(await gone(event("/api/torrents", { headers: { authorization: `Bearer ${TOKEN}` } }))), 401);
});

test("a share link opens what it is for and nothing else", async () => {
  const ask = await handler();
  const file = `/files/${TORRENT}/An%20album/01.flac`;
  const ofFile = { s: share(file) };
  const ofTorrent = { s: share() };
  assert.equal(shown(await ask(event(file, { query: ofFile }))), "let in");
  assert.equal(shown(await ask(event(file, { query: ofTorrent, method: "HEAD" }))), "let in");
  assert.equal(shown(await ask(event(`/complete/${TORRENT}/playlist.m3u8`, { query: ofTorrent }))), "let in");
  for (const [uri, query, method = "GET"] of /** @type {[string, { s: string }, string?][]} */ ([
    [`/files/${TORRENT}/An%20album/02.flac`, ofFile],
    [`/complete/${TORRENT}/index.html`, ofFile],
    [`/files/${OTHER}/x`, ofTorrent],
    [`/complete/${OTHER}/index.html`, ofTorrent],
    ["/status/status.json", ofTorrent],
    ["/api/torrents", ofTorrent],
    [`/api/torrents/${TORRENT}`, ofTorrent],
    [file, { s: share(file, NOW) }],
    [file, ofTorrent, "DELETE"],
    [`/files/${TORRENT}/../${OTHER}/x`, ofTorrent],
    [`/files/${TORRENT}/%2e%2E/${OTHER}/x`, ofTorrent],
    [`/files/${TORRENT}/..%2f${OTHER}/x`, ofTorrent],
    [`/files/${TORRENT}/..%5c${OTHER}/x`, ofTorrent],
    [`/files/${TORRENT}//x`, ofTorrent],
    [`/FILES/${TORRENT}/x`, ofTorrent],
    [`/files/${TORRENT.toUpperCase()}/x`, ofTorrent],
    [`${file}/`, ofFile],
  ])) {
    const answer = shown(await ask(event(uri, { query, method })));
    assert.notEqual(answer, "let in", uri);
  }
});

test("a share link that is revoked opens nothing", async () => {
  const value = share();
  const ask = await handler([`revoked:${value.split(".")[1].slice(0, 16)}`, "1"]);
  assert.equal(shown(await ask(event(`/files/${TORRENT}/x`, { query: { s: value } }))), 401);
  const cookies = { [`__Host-share-${TORRENT}`]: value };
  assert.equal(shown(await ask(event(`/files/${TORRENT}/x`, { cookies }))), 401);
});

test("the page of a shared torrent gives its visitor a cookie for that torrent alone", async () => {
  const ask = await handler();
  const page = `/complete/${TORRENT}/index.html`;
  const answer = await ask(event(page, { query: { s: share(), x: "1" } }));
  assert.equal(shown(answer), `${page}?x=1`);
  const name = `__Host-share-${TORRENT}`;
  assert.equal(answer.cookies[name].attributes, "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
  const cookies = { [name]: answer.cookies[name].value };
  for (const uri of [page, `/files/${TORRENT}/x`, `/complete/${TORRENT}/files.json`]) {
    assert.equal(shown(await ask(event(uri, { cookies }))), "let in", uri);
  }
  for (const uri of ["/status/status.json", `/files/${OTHER}/x`, "/api/torrents"]) {
    assert.equal(shown(await ask(event(uri, { cookies }))), 401, uri);
  }
  // A cookie that is moved to another torrent's name opens nothing.
  const moved = { [`__Host-share-${OTHER}`]: share() };
  assert.equal(shown(await ask(event(`/files/${OTHER}/x`, { cookies: moved }))), 401);
});

test("the source keeps to what CloudFront allows", async () => {
  const source = await readFile(SOURCE, "utf8");
  assert.ok(Buffer.byteLength(source) < 10_240, `${Buffer.byteLength(source)} bytes`);
  assert.doesNotMatch(source, /\bfor\s*\([^;)]*\bof\b|\bclass\b|\?\.|\?\?|=\s*\{[^}]*\}\s*=|Promise|setTimeout|fetch\(|eval|new Function/);
  for (const [, call] of source.matchAll(/await ([\w.]+)\(/g)) {
    assert.match(call, /^(store\.(get|exists)|hasSession|hasToken|shared)$/);
  }
});

test("it decides in well under a millisecond", async (context) => {
  const ask = await handler();
  const request = () => event(`/files/${TORRENT}/x`, { query: { s: share() }, cookies: { "__Host-session": session(NOW) }, headers: { authorization: "Bearer x" } });
  for (let turn = 0; turn < 2000; turn += 1) await ask(request());
  const start = process.cpuUsage();
  for (let turn = 0; turn < 2000; turn += 1) await ask(request());
  const { user, system } = process.cpuUsage(start);
  const each = (user + system) / 2000;
  context.diagnostic(`${each.toFixed(0)} microseconds of CPU each, the worst case`);
  assert.ok(each < 1000);
});
