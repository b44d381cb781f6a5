import { get, put, warmUp as warmUpBucket } from "./lib/bucket.mjs";
import { all, warmUp } from "./lib/records.mjs";
import { run } from "./lib/runtime.mjs";

const site = process.env.SITE_BUCKET;

run(Promise.all([warmUp(), warmUpBucket(site, "status/")]), async () => {
  const written = await get(site, "status/status.json");
  const status = JSON.stringify({ workers: await all("worker"), torrents: await all("torrent") });
  if (status === written) return null;
  await put(site, "status/index.html", `<!doctype html><title>Status</title><pre>${status}</pre>`, "text/html; charset=utf-8");
  await put(site, "status/status.json", status, "application/json");
  return null;
});
