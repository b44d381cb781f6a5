import { get, list, put, warmUp as warmUpBucket } from "./lib/bucket.mjs";
import { infohash, item, warmUp } from "./lib/records.mjs";
import { run } from "./lib/runtime.mjs";

run(Promise.all([warmUp(), warmUpBucket(process.env.FILES_BUCKET, "manifests/")]), async (event) => {
  for (const message of event.Records) JSON.parse(JSON.parse(message.body).Message);
  const bucket = process.env.FILES_BUCKET;
  const manifest = await get(bucket, `manifests/${infohash}.json`);
  const files = await list(bucket, `files/${infohash}/`);
  const name = manifest ? JSON.parse(manifest).name : (await item(`torrent#${infohash}`)).Item?.name.S;
  const page = `<!doctype html><title>${name ?? infohash}</title><p>${files.length} files`;
  await put(process.env.SITE_BUCKET, `complete/${infohash}/index.html`, page, "text/html; charset=utf-8");
  return { batchItemFailures: [] };
});
