import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const source = await readFile(new URL("../files.js", import.meta.url), "utf8");
/** @type {(event: any) => any} */
const handler = new Function(`${source}\nreturn handler;`)();

/** @param {string} [type] */
function disposition(type, statusCode = 200) {
  const headers = type === undefined ? {} : { "content-type": { value: type } };
  return handler({ response: { statusCode, headers } }).headers["content-disposition"]?.value;
}

test("what a browser could run is saved, what it plays and shows is not", () => {
  for (const type of [undefined, "text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml", "text/javascript", "application/x-javascript", "application/rss+xml", "multipart/x-mixed-replace", "message/rfc822", "text/xsl+xml"]) {
    assert.equal(disposition(type), "attachment", type);
  }
  for (const type of ["video/webm", "audio/flac", "image/png", "application/pdf", "text/plain", "application/zip", "application/octet-stream", "text/vtt"]) {
    assert.equal(disposition(type), undefined, type);
  }
});

test("an answer that nothing has changed changes nothing", () => {
  assert.equal(disposition(undefined, 304), undefined);
  assert.equal(disposition(undefined, 206), "attachment");
});
