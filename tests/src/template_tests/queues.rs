//! SQS in front of Lambda, and how many functions run at once.

use std::collections::BTreeMap;

use serde_json::Value;

use super::deployed::{Deployed, Place, named, number};
use super::parameters::ends;

/// What a new account may run at once, of all functions together (Lambda, "Lambda quotas"; new accounts start lower
/// than the default of 1,000, and 10 was seen).
const SMALLEST_QUOTA: u64 = 10;

/// A queue, the function that it calls, and how.
struct Trigger<'a> {
    queue: &'a Value,
    function: &'a Value,
    mapping: &'a Value,
}

fn triggers(stack: &Deployed) -> BTreeMap<&str, Trigger<'_>> {
    let mappings = stack.of_type("AWS::Lambda::EventSourceMapping");
    assert_eq!(mappings.len(), 4);
    let triggers = mappings.into_iter().map(|(_, mapping)| {
        let queue = named(&mapping["EventSourceArn"]);
        let trigger = Trigger {
            queue: stack.properties(queue),
            function: stack.properties(named(&mapping["FunctionName"])),
            mapping,
        };
        (queue, trigger)
    });
    triggers.collect()
}

/// AWS Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping": below the function's
/// time-out Lambda refuses the trigger; six times that, for a batch that was throttled counts as received.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
#[test]
fn a_queue_hides_a_message_six_times_as_long_as_its_function_may_run() {
    for place in ends(&Place::with_everything()) {
        for (name, trigger) in triggers(&place.deploy()) {
            let hidden = number(&trigger.queue["VisibilityTimeout"]);
            let timeout = number(&trigger.function["Timeout"]);
            assert!(
                hidden >= 6 * timeout,
                "{name}: {hidden} s, {timeout} s for the function, {:?}",
                place.parameters
            );
        }
    }
}

/// A message that SQS throws away for its age is in no dead-letter queue, and its torrent waits for ever.
/// Amazon SQS API Reference, `SetQueueAttributes`: at most 14 days, counted from when it was sent.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
#[test]
fn a_message_has_all_its_tries_before_it_is_too_old() {
    for place in ends(&Place::with_everything()) {
        for (name, trigger) in triggers(&place.deploy()) {
            let redrive = &trigger.queue["RedrivePolicy"];
            let hidden = number(&trigger.queue["VisibilityTimeout"]);
            // A message that is visible again is taken with the next poll, which may be a minute away.
            let tries = (hidden + 60) * number(&redrive["maxReceiveCount"]);
            let kept = number(&trigger.queue["MessageRetentionPeriod"]);
            assert!(kept <= 1_209_600, "{name}: {kept} s");
            assert!(
                tries < kept,
                "{name}: tries for {tries} s, is kept for {kept} s, {:?}",
                place.parameters
            );
        }
    }
}

/// AWS Lambda Developer Guide, as above: `maxReceiveCount` of at least 5, since throttling costs tries.
#[test]
fn throttling_alone_makes_no_dead_letter() {
    for place in ends(&Place::with_everything()) {
        for (name, trigger) in triggers(&place.deploy()) {
            let tries = number(&trigger.queue["RedrivePolicy"]["maxReceiveCount"]);
            assert!((5..=1000).contains(&tries), "{name}: {tries}");
        }
    }
}

/// The dead letter keeps the time at which the message was sent first (Amazon SQS Developer Guide, "Using
/// dead-letter queues"), so its queue keeps at least as long.
#[test]
fn dead_letters_are_kept_as_long_as_sqs_can() {
    let stack = Place::with_everything().deploy();
    for (name, trigger) in triggers(&stack) {
        let letters = named(&trigger.queue["RedrivePolicy"]["deadLetterTargetArn"]);
        assert_eq!(
            stack.properties(letters)["MessageRetentionPeriod"],
            1_209_600,
            "{name}"
        );
    }
}

/// One message that fails must not bring back the whole batch.
#[test]
fn only_the_messages_that_failed_come_back() {
    for (name, trigger) in triggers(&Place::with_everything().deploy()) {
        assert_eq!(
            trigger.mapping["FunctionResponseTypes"][0], "ReportBatchItemFailures",
            "{name}"
        );
    }
}

/// The sum, with every queue full at once:
///
/// | what | at once |
/// | --- | --- |
/// | four queues, two each: the least that `MaximumConcurrency` takes | 8 |
/// | the schedule of the status page, whose run ends before the next minute | 1 |
/// | one call of the API: its authorizer first, then its function | 1 |
/// | in all | 10 |
///
/// Without a webhook it is two less. Without `MaximumConcurrency` Lambda starts with five pollers a queue: 20.
/// AWS Lambda Developer Guide, "Configuring scaling behavior for SQS event source mappings".
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>
#[test]
fn an_account_that_may_run_ten_functions_at_once_is_enough() {
    let stack = Place::with_everything().deploy();
    let queues: u64 = triggers(&stack)
        .into_iter()
        .map(|(name, trigger)| {
            let most = &trigger.mapping["ScalingConfig"]["MaximumConcurrency"];
            assert!(most.is_number(), "{name} has no MaximumConcurrency");
            number(most)
        })
        .sum();
    let schedules = stack.of_type("AWS::Scheduler::Schedule").len() as u64;
    let calls_of_the_api = 1;
    assert!(queues + schedules + calls_of_the_api <= SMALLEST_QUOTA);
}

/// AWS Lambda Developer Guide, "Configuring reserved concurrency": 100 must stay unreserved, so an account with a
/// quota of 10 can reserve nothing.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>
#[test]
fn no_function_reserves_concurrency() {
    for (name, function) in Place::with_everything()
        .deploy()
        .of_type("AWS::Lambda::Function")
    {
        assert!(function["ReservedConcurrentExecutions"].is_null(), "{name}");
    }
}
