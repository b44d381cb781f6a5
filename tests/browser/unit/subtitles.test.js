// Subtitles: which belong to a video, and what they say when.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cuesOf, subtitlesOf } from "../../../static-site/complete/subtitles.js";

test("SubRip and WebVTT say the same", () => {
  const srt = "\ufeff1\r\n00:00:01,500 --> 00:00:03,000\r\n<i>Hello</i>\r\nyou\r\n\r\n2\r\n01:00:00,000 --> 01:00:01,000 X1:1\r\n<font color=\"red\">{\\an8}Up</font>\r\n";
  const vtt = "WEBVTT\n\nNOTE nothing\n\nfirst\n00:01.500 --> 00:03.000 align:start\n<i>Hello</i>\nyou\n\n01:00:00.000 --> 01:00:01.000\nUp\n";
  const cues = [{ start: 1.5, end: 3, text: "<i>Hello</i>\nyou" }, { start: 3600, end: 3601, text: "Up" }];
  assert.deepEqual(cuesOf(srt), cues);
  assert.deepEqual(cuesOf(vtt), cues);
});

test("what is no subtitle says nothing", () => {
  for (const text of ["", "hello", "1\n00:00:02,000 --> 00:00:01,000\nbackwards", "00:01 --> 00:02\n\n"]) assert.deepEqual(cuesOf(text), [], text);
});

test("they belong to the video whose name theirs begins with", () => {
  const others = ["/files/x/Film.srt", "/files/x/Film.en.vtt", "/files/x/Subs/Film.de.srt", "/files/x/Film%202.srt", "/files/x/a/b/Film.srt", "/files/Film.srt"];
  assert.deepEqual(subtitlesOf("/files/x/Film.mkv", others), [
    { href: "/files/x/Film.srt", label: "Subtitles" },
    { href: "/files/x/Film.en.vtt", label: "en" },
    { href: "/files/x/Subs/Film.de.srt", label: "de" },
  ]);
});
