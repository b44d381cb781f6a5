import { get, head, list, put, remove, warmUp as warmUpBucket } from "./lib/bucket.mjs";
import { infohash, item, warmUp } from "./lib/records.mjs";
import { run } from "./lib/runtime.mjs";

const SITE = process.env.SITE_BUCKET;
const HTML = "text/html; charset=utf-8";

/** The library as it is; its page is written when it has changed. */
async function library() {
  await head(SITE, "complete/library.json");
  await get(SITE, "complete/library.json");
  const there = await head(SITE, "complete/index.html");
  const { torrents } = JSON.parse((await get(SITE, "complete/library.json")) ?? '{"torrents": []}');
  const page = `<!doctype html><title>Library</title><p>${torrents.length} torrents`;
  if (there?.Metadata.fingerprint !== page) await put(SITE, "complete/index.html", page, HTML);
}

run(Promise.all([warmUp(), warmUpBucket(process.env.FILES_BUCKET, "manifests/")]), async (event) => {
  const messages = event.Records.map((message) => JSON.parse(JSON.parse(message.body).Message));
  if (messages.some((message) => message.Event === "s3:TestEvent")) await library();
  const bucket = process.env.FILES_BUCKET;
  const key = `complete/${infohash}/index.html`;
  const there = await head(SITE, key);
  const record = await item(`torrent#${infohash}`);
  const manifest = await get(bucket, `manifests/${infohash}.json`);
  const files = await list(bucket, `files/${infohash}/`);
  if (!record.Item && !manifest && files.length === 0) {
    const beside = ["playlist.m3u8", "urls.txt", "aria2.txt", "curl.txt", "files.json"];
    await remove(SITE, [key, ...beside.map((name) => `complete/${infohash}/${name}`)]);
    await library();
    return { batchItemFailures: [] };
  }
  const name = manifest ? JSON.parse(manifest).name : record.Item?.name.S;
  const page = `<!doctype html><title>${name ?? infohash}</title><p>${files.length} files`;
  if (there?.Metadata.fingerprint !== page) await put(SITE, key, page, HTML);
  return { batchItemFailures: [] };
});
