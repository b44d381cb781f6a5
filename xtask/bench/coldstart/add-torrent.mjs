import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

import { put, warmUp as warmUpBucket } from "./lib/bucket.mjs";
import { create, infohash, warmUp } from "./lib/records.mjs";
import { run } from "./lib/runtime.mjs";

const sqs = new SQSClient({});

const { FILES_BUCKET, TORRENT_ADDED_QUEUE_URL } = process.env;
const connected = Promise.all([
  warmUp(),
  warmUpBucket(FILES_BUCKET, "torrents/"),
  sqs.send(new GetQueueAttributesCommand({ QueueUrl: TORRENT_ADDED_QUEUE_URL })),
]);

run(connected, async (event) => {
  const torrent = Buffer.from(JSON.parse(event.body).torrent, "base64");
  await put(FILES_BUCKET, `torrents/${infohash}.torrent`, torrent, "application/x-bittorrent");
  const record = { infohash: { S: infohash }, state: { S: "queued" }, added_at: { S: new Date().toISOString() } };
  await create(record);
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: TORRENT_ADDED_QUEUE_URL,
      MessageBody: JSON.stringify({ type: "torrent_added", infohash }),
    }),
  );
  return {
    statusCode: 202,
    headers: { "content-type": "application/json", location: `/api/torrents/${infohash}` },
    body: JSON.stringify(record),
  };
});
