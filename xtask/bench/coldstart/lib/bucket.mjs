// crates/store's calls to S3.

import { DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const client = new S3Client({});

export async function head(bucket, key) {
  try {
    return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  } catch (error) {
    if (error.$metadata?.httpStatusCode !== 404) throw error;
    return null;
  }
}

/** As the functions do: an object that does not exist opens the connection. */
export const warmUp = (bucket, prefix) => head(bucket, `${prefix}warm-up`);

export async function get(bucket, key) {
  try {
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await object.Body.transformToString();
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}

export async function list(bucket, prefix) {
  const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, EncodingType: "url" }));
  return page.Contents ?? [];
}

export const put = (bucket, key, body, type) =>
  client.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: type, CacheControl: "no-cache" }),
  );

export const remove = (bucket, keys) =>
  client.send(
    new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
  );
