"""Starts MiniStack, closer to AWS than it is by itself, and with a list of what roles ask of it (`CALLS`).

Schedules: one with a rate runs at once and then at that rate (AWS, "Schedule types on EventBridge Scheduler");
MiniStack lets one interval pass first. A minute of a rate takes `MINUTE_SECONDS`, so that tests wait less.

Functions: a warm one is invoked within milliseconds, not 100 of them.

CloudFront: the names of a response's headers are in small letters (AWS, "CloudFront Functions event structure"). The
page answers at `localhost` as well. A function of ours does `import cf from 'cloudfront'` and asks `cf.kvs()` for
`get` and `exists` (AWS, "Helper methods for key value stores"); MiniStack keeps such stores but refuses the import.
Here the store's entries go in front of the function's code each time it runs, so that the code itself stays what
CloudFront gets. And where MiniStack asks whether a role may use a store, it would take any store for `*`.
"""

import json
import os
import re
import time
from urllib.parse import unquote

from ministack import app
from ministack.core import cloudfront_js, iam_actions, iam_evaluator, lambda_runtime
from ministack.services import cloudfront, cloudfront_keyvaluestore, eventbridge, s3, scheduler

IMPORT = re.compile(rb"^import cf from 'cloudfront';$", re.MULTILINE)

CF = """const cf = (() => {
  const entries = new Map(Object.entries(%s));
  const get = async (key) => {
    if (!entries.has(key)) throw new Error("KeyNotFound: " + key);
    return entries.get(key);
  };
  return { kvs: () => ({ get, exists: async (key) => entries.has(key) }) };
})();"""


async def run_function(function_arn, event):
    code = cloudfront.live_function_code(function_arn)
    if code is None:
        raise cloudfront.CloudFrontFunctionError(f"{function_arn} has no published (LIVE) code")
    prelude = CF % json.dumps(entries_of(function_arn))
    code = IMPORT.sub(lambda _: prelude.encode(), code)
    try:
        return await cloudfront.run_offloop(cloudfront_js.evaluate, code, event)
    except cloudfront_js.CloudFrontFunctionError as error:
        raise cloudfront.CloudFrontFunctionError(str(error)) from error


def entries_of(function_arn):
    entries = {}
    for function in cloudfront._functions.values():
        if function["arn"] == function_arn:
            for arn in (function["live_body"] or {}).get("kvs_arns", []):
                store = cloudfront_keyvaluestore._stores.get(arn)
                entries.update(store["items"] if store else {})
    return entries


STORE = re.compile(r"^/key-value-stores/(arn:.+?/[A-Za-z0-9_-]+)(/keys.*)?$")
resource_arn = iam_actions.extract_resource_arn


def extract_resource_arn(service, method, path, *rest):
    store = STORE.match(unquote(path)) if service == "cloudfront-keyvaluestore" else None
    return store.group(1) if store else resource_arn(service, method, path, *rest)


response_event_fields = cloudfront._response_event_fields


def lower_case_fields(status, reason, headers):
    return response_event_fields(status, reason, {name.lower(): value for name, value in headers.items()})


dataplane_host = app._parse_cloudfront_dataplane_host


def front_door(host):
    """`localhost` is the one distribution, too: Deluge fetches a web seed from the page's address, and not every resolver
    knows names under `localhost`. AWS's APIs are asked by 127.0.0.1."""
    label = dataplane_host(host)
    distributions = list(cloudfront._distributions.values())
    if label is None and host.split(":")[0].lower() == "localhost" and len(distributions) == 1:
        label = distributions[0]["DomainName"].split(".")[0]
    return label


def is_missing(object_arn):
    bucket, _, key = object_arn.removeprefix("arn:aws:s3:::").partition("/")
    there = s3._ensure_bucket(bucket)
    return there is not None and key not in there["objects"]


parse_rate_seconds = eventbridge._parse_rate_seconds


def rate_seconds(expression):
    seconds = parse_rate_seconds(expression)
    return seconds and seconds * float(os.environ["MINUTE_SECONDS"]) / 60


tick_schedules = scheduler._tick_schedules


def at_once_and_then_at_the_rate():
    for key, schedule in list(scheduler._schedules._data.items()):
        if parse_rate_seconds(schedule.get("ScheduleExpression", "")):
            scheduler._schedule_last_fired.setdefault(key, 0)
    tick_schedules()


build_handler_class = lambda_runtime.ProvidedWorker._build_handler_class


def answer_in_one_packet(worker, *arguments):
    """A head that is sent before its body waits 40 ms for the acknowledgement (Nagle's algorithm, RFC 896)."""
    handler = build_handler_class(worker, *arguments)
    handler.wbufsize = -1
    return handler


drain = lambda_runtime.Worker._drain_stderr_bounded


def drain_soon(worker):
    """A function writes its log before its answer; MiniStack gives it 50 ms more, with every invocation."""
    return drain(worker, first_line_wait=0.01)


enforce = iam_evaluator.enforce


def recording(calls):
    """Decides as before, and writes one line for each decision about a role: when, who, what, on what, and whether."""

    def decide(access_key, action, service, region, resource_arn="*", service_context=None):
        denied = enforce(access_key, action, service, region, resource_arn, service_context)
        # Only who may list a bucket hears of what is not there; others hear "forbidden" (AWS, "GetObject").
        if denied is None and action == "s3:GetObject" and is_missing(resource_arn):
            bucket = resource_arn.split("/")[0]
            denied = decide(access_key, "s3:ListBucket", service, region, bucket, service_context)
        caller = iam_evaluator.resolve_caller_identity(access_key) or {}
        role = iam_evaluator._role_name_from_assumed_arn(caller.get("userArn", ""))
        if role:
            entry = {"at": time.time(), "role": role, "action": action, "resource": resource_arn,
                     "allowed": denied is None}
            calls.write(json.dumps(entry) + "\n")
        return denied

    return decide


if __name__ == "__main__":
    # What is not there any more must not go unnoticed.
    assert callable(s3._ensure_bucket)
    assert callable(cloudfront._run_function)
    cloudfront._run_function = run_function
    cloudfront._response_event_fields = lower_case_fields
    iam_actions.extract_resource_arn = extract_resource_arn
    assert callable(cloudfront._distributions.values)
    app._parse_cloudfront_dataplane_host = front_door
    assert callable(build_handler_class)
    assert callable(drain)
    lambda_runtime.ProvidedWorker._build_handler_class = answer_in_one_packet
    lambda_runtime.ProvidedWorker._drain_stderr_bounded = drain_soon
    assert callable(tick_schedules)
    assert callable(parse_rate_seconds)
    assert scheduler._SCHEDULE_TICK_INTERVAL
    scheduler._SCHEDULE_TICK_INTERVAL = 1
    scheduler._tick_schedules = at_once_and_then_at_the_rate
    eventbridge._parse_rate_seconds = rate_seconds
    assert callable(enforce)
    iam_evaluator.enforce = recording(open(os.environ["CALLS"], "a", buffering=1))
    app.main()
