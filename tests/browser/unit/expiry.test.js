import assert from "node:assert/strict";
import { test } from "node:test";
import { daysLeft, daysWords } from "../../../static-site/complete/expiry.js";

test("the days that are left count down to none", () => {
  const now = Date.parse("2026-03-30T12:00:00Z");
  const left = (/** @type {string} */ at) => daysWords(daysLeft(at, now));
  assert.equal(left("2026-04-29T00:00:00Z"), "30 days left");
  assert.equal(left("2026-04-01T00:00:00Z"), "2 days left");
  assert.equal(left("2026-03-31T00:00:00Z"), "1 day left");
  assert.equal(left("2026-03-30T12:00:00Z"), "going now");
  assert.equal(left("2026-03-01T00:00:00Z"), "going now");
});
