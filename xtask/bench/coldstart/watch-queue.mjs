import { warmUp as warmUpBucket } from "./lib/bucket.mjs";
import { update, warmUp } from "./lib/records.mjs";
import { run } from "./lib/runtime.mjs";

const active = { ":downloading": { S: "downloading" }, ":transferring": { S: "transferring" } };

async function transferring(report) {
  const size = { N: String(report.total_bytes) };
  await update(
    { "#entered": "transferring", "#worker": "worker", "#size_bytes": "size_bytes" },
    {
      ":state": { S: "transferring" },
      ":at": { S: new Date().toISOString() },
      ":worker": { S: report.worker },
      ":size_bytes": size,
      ":from_queued": { S: "queued" },
      ":from_downloading": { S: "downloading" },
    },
    "SET #state = :state, since.#entered = :at, #worker = :worker, #size_bytes = :size_bytes",
    "#state IN (:from_queued, :from_downloading)",
    "ALL_NEW",
  );
  await update(
    {},
    { ...active, ":stored": { N: String(report.stored_bytes) } },
    "SET stored_bytes = :stored",
    "#state IN (:downloading, :transferring) AND stored_bytes < :stored",
  );
}

// This event does not need S3; the function opens the connection all the same.
run(Promise.all([warmUp(), warmUpBucket(process.env.FILES_BUCKET, "torrents/")]), async (event) => {
  await Promise.all(event.Records.map((message) => transferring(JSON.parse(message.body))));
  return { batchItemFailures: [] };
});
