import { all, warmUp } from "./lib/records.mjs";
import { run } from "./lib/runtime.mjs";

run(warmUp(), async () => ({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ torrents: await all("torrent") }),
}));
