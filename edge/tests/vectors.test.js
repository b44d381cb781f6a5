// Rust and the edge agree on 10,000 requests. `cargo xtask test edge` makes them and says where they are.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { edge, event } from "./edge.js";

const path = process.env.EDGE_VECTORS;
if (!path) throw new Error("EDGE_VECTORS is not set; run `cargo xtask test edge`");
const { now, keys, tokens, viewer, requests } = JSON.parse(await readFile(path, "utf8"));
const store = new Map([["keys", JSON.stringify(keys)]]);
for (const [id, hash] of Object.entries(tokens)) store.set(`token:${id}`, hash);

test("Rust and the edge agree on who is let in", async () => {
  const handler = await edge(store, () => now);
  const counts = { in: 0, out: 0 };
  assert.equal(requests.length, 10_000);
  for (const { uri, cookie, authorization, s, lets_in: letsIn } of requests) {
    const request = event(uri, {
      cookies: cookie === null ? {} : { "__Host-session": cookie },
      headers: authorization === null ? {} : { authorization },
      query: s === null ? {} : { s },
    });
    const answer = await handler(request);
    const refused = answer.statusCode === 401 || (answer.headers?.location?.value ?? "").startsWith("/sign-in.html");
    assert.equal(!refused, letsIn, JSON.stringify({ uri, cookie, authorization, s, answer }));
    counts[letsIn ? "in" : "out"] += 1;
  }
  // A check that lets nobody in would agree with itself.
  assert.ok(counts.in > 1000 && counts.out > 1000, JSON.stringify(counts));
});

test("Rust reads the address that the edge signs", async () => {
  const handler = await edge(store, () => now);
  const answer = await handler(event("/api/session", { method: "POST", headers: { "x-viewer": "made up" } }));
  assert.equal(answer.headers["x-viewer"].value, viewer);
});
