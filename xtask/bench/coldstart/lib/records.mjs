// crates/store's calls to DynamoDB.

import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";

const TableName = process.env.TABLE;
const client = new DynamoDBClient({});

export const infohash = "25e6e4bc4eb17527321dd43fbe4233c7b2e82370";

export const item = (pk) =>
  client.send(new GetItemCommand({ TableName, ConsistentRead: true, Key: { pk: { S: pk } } }));

/** As the functions do: the first event finds the connection open. */
export const warmUp = () => item("warm-up");

const query = async (index, key, value) => {
  const answer = await client.send(
    new QueryCommand({
      TableName,
      IndexName: index,
      ScanIndexForward: false,
      KeyConditionExpression: "#key = :value",
      ExpressionAttributeNames: { "#key": key },
      ExpressionAttributeValues: { ":value": { S: value } },
    }),
  );
  return answer.Items;
};

export const all = (kind) => query("by-kind", "kind", kind);
export const inPhase = (phase) => query("by-phase", "phase", phase);

export const create = (record) =>
  client.send(
    new PutItemCommand({
      TableName,
      Item: {
        ...record,
        pk: { S: `torrent#${infohash}` },
        kind: { S: "torrent" },
        sort: record.added_at,
      },
      ConditionExpression: "attribute_not_exists(pk) OR #state = :removed",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":removed": { S: "removed" } },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  );

export const update = (names, values, set, condition, answer) =>
  client.send(
    new UpdateItemCommand({
      TableName,
      Key: { pk: { S: `torrent#${infohash}` } },
      ExpressionAttributeNames: { "#state": "state", ...names },
      ExpressionAttributeValues: values,
      UpdateExpression: set,
      ConditionExpression: condition,
      ReturnValues: answer,
    }),
  );
