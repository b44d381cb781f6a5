import { head, put, warmUp as warmUpBucket } from "./lib/bucket.mjs";
import { all, inPhase, warmUp } from "./lib/records.mjs";
import { run } from "./lib/runtime.mjs";

const site = process.env.SITE_BUCKET;
const pages = ["status/index.html", "status/status.json"];

run(Promise.all([warmUp(), warmUpBucket(site, "status/")]), async () => {
  const [html, json] = await Promise.all(pages.map((page) => head(site, page)));
  const [workers, unfinished, ended] = await Promise.all([all("worker"), inPhase("unfinished"), inPhase("ended")]);
  const status = JSON.stringify({ workers, torrents: [...unfinished, ...ended] });
  if (status === html?.Metadata.fingerprint && status === json?.Metadata.fingerprint) return null;
  await put(site, pages[0], `<!doctype html><title>Status</title><pre>${status}</pre>`, "text/html; charset=utf-8");
  await put(site, pages[1], status, "application/json");
  return null;
});
