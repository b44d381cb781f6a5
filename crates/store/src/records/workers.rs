use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use torrent::{Timestamp, Worker};

use super::{INDEX, KIND, Records, item, read, text, worker_key};
use crate::StoreError;

impl Records {
    /// All workers that ever registered.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a row is malformed.
    pub async fn workers(&self) -> Result<Vec<Worker>, StoreError> {
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("#kind = :kind")
            .expression_attribute_names("#kind", KIND)
            .expression_attribute_values(":kind", text("worker"));
        let mut items = request.into_paginator().items().send();
        let mut workers = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| StoreError::aws("dynamodb:Query")(error.into()))?;
            workers.push(read(item)?);
        }
        Ok(workers)
    }

    /// Registers a worker, or says that it is still there. Answers by how many seconds this machine's clock is
    /// ahead of DynamoDB's, to a second or two; `None` when the answer has no date.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn register(&self, worker: &Worker) -> Result<Option<i64>, StoreError> {
        let item = item(worker, worker_key(&worker.id), "worker", worker.id.clone())?;
        let clock = ClockAhead::default();
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .customize()
            .interceptor(clock.clone())
            .send()
            .await;
        sent.map(|_| clock.seconds())
            .map_err(|error| StoreError::aws("dynamodb:PutItem")(error.into()))
    }
}

/// Compares this machine's clock with the date of an answer, which the SDK itself does not show.
#[derive(Debug, Clone, Default)]
struct ClockAhead(Arc<Mutex<Option<i64>>>);

impl ClockAhead {
    fn seconds(&self) -> Option<i64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, date: &str, now: Timestamp) {
        if let Ok(date) = DateTime::from_str(date, DateTimeFormat::HttpDate) {
            let ahead = now.as_second().saturating_sub(date.secs());
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
    }
}

impl Intercept for ClockAhead {
    fn name(&self) -> &'static str {
        "ClockAhead"
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = context.response().headers().get("date") {
            self.read(date, Timestamp::now());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_tells_how_far_the_clock_is_off() {
        let now = "2026-01-02T03:04:05Z".parse().unwrap();
        for (date, ahead) in [
            ("Fri, 02 Jan 2026 03:04:05 GMT", Some(0)),
            ("Fri, 02 Jan 2026 03:04:00 GMT", Some(5)),
            ("Fri, 02 Jan 2026 04:04:05 GMT", Some(-3600)),
            ("yesterday", None),
        ] {
            let clock = ClockAhead::default();
            clock.read(date, now);
            assert_eq!(clock.seconds(), ahead, "{date}");
        }
    }
}
