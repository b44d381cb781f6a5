import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";

import { warmUp as warmUpBucket } from "./lib/bucket.mjs";
import { all, warmUp } from "./lib/records.mjs";
import { run } from "./lib/runtime.mjs";

const sqs = new SQSClient({});
const { FILES_BUCKET, TORRENT_ADDED_QUEUE_URL } = process.env;
// This event needs neither S3 nor SQS; the function opens the connections all the same.
const connected = Promise.all([
  warmUp(),
  warmUpBucket(FILES_BUCKET, "torrents/"),
  sqs.send(new GetQueueAttributesCommand({ QueueUrl: TORRENT_ADDED_QUEUE_URL })),
]);

run(connected, async () => ({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ torrents: await all("torrent") }),
}));
