use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::server::Answer;

/// Bytes of the rows of one page of `Query` (DynamoDB quotas). JSON is somewhat longer than what DynamoDB counts.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// A row, in DynamoDB's JSON.
pub type Item = Map<String, Value>;

/// A DynamoDB table with the keys `pk` and `sk`, and of its API what the access table is used with.
#[derive(Debug, Default)]
pub struct Table {
    /// Rows by their keys.
    pub rows: BTreeMap<(String, String), Item>,
}

/// # Panics
/// When something is asked that it does not know.
pub(crate) fn answer(table: &mut Table, operation: &str, body: &Value) -> Answer {
    let row = |of: &Value| (text(&of["pk"]), text(&of["sk"]));
    match operation {
        "GetItem" => match table.rows.get(&row(&body["Key"])) {
            Some(item) => Answer::json(200, &json!({ "Item": item })),
            None => Answer::json(200, &json!({})),
        },
        "PutItem" => {
            let item = body["Item"].as_object().expect("an item").clone();
            let key = row(&body["Item"]);
            if !holds(body, table.rows.get(&key)) {
                let error = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
                let answer =
                    json!({ "__type": error, "message": "The conditional request failed" });
                return Answer::json(400, &answer);
            }
            let before = table.rows.insert(key, item);
            match before.filter(|_| body["ReturnValues"] == "ALL_OLD") {
                Some(before) => Answer::json(200, &json!({ "Attributes": before })),
                None => Answer::json(200, &json!({})),
            }
        }
        "DeleteItem" => {
            table.rows.remove(&row(&body["Key"]));
            Answer::json(200, &json!({}))
        }
        "Query" => query(table, body),
        other => panic!("{other} is not known here"),
    }
}

/// Whether `#name = :value` holds, the one condition that is known.
fn holds(body: &Value, row: Option<&Item>) -> bool {
    let Some(condition) = body["ConditionExpression"].as_str() else {
        return true;
    };
    let (name, value) = condition.split_once(" = ").expect("`#name = :value`");
    let name = body["ExpressionAttributeNames"][name]
        .as_str()
        .expect("a name");
    row.is_some_and(|row| row.get(name) == Some(&body["ExpressionAttributeValues"][value]))
}

/// All rows of one `pk`, a page of them.
fn query(table: &Table, body: &Value) -> Answer {
    assert_eq!(body["KeyConditionExpression"], "#kind = :kind");
    let kind = text(&body["ExpressionAttributeValues"][":kind"]);
    let after = body.get("ExclusiveStartKey").map(|key| text(&key["sk"]));
    let rows = table
        .rows
        .iter()
        .filter(|((pk, sk), _)| *pk == kind && after.as_ref().is_none_or(|after| sk > after));
    let (mut items, mut bytes, mut last) = (Vec::new(), 0, None);
    for ((_, sk), item) in rows {
        bytes += Value::from(item.clone()).to_string().len();
        if bytes > PAGE_BYTES_MAX {
            let key = json!({ "pk": { "S": kind }, "sk": { "S": last } });
            let answer = json!({ "Items": items, "LastEvaluatedKey": key });
            return Answer::json(200, &answer);
        }
        items.push(item);
        last = Some(sk);
    }
    Answer::json(200, &json!({ "Items": items }))
}

fn text(value: &Value) -> String {
    value["S"].as_str().expect("a string").to_owned()
}
