use std::io::ErrorKind;
use std::time::Duration;

use ureq::Body;
use ureq::http::{Response, header};

use super::client::SendError;

/// How often a call is sent at most.
const TRIES: u32 = 4;

/// Before the second try; doubled before each that follows.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest wait that a server may wish for.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// How long to wait before the next try; `None` when the outcome must do.
pub(super) fn pause_after(
    outcome: &Result<Response<Body>, SendError>,
    tries: u32,
) -> Option<Duration> {
    if tries >= TRIES {
        return None;
    }
    let pause = FIRST_PAUSE * 2_u32.pow(tries - 1);
    match outcome {
        Ok(answer) if matches!(answer.status().as_u16(), 429 | 502..=504) => {
            Some(wished_for(answer).unwrap_or(pause))
        }
        Err(SendError::Http(error)) if is_passing(error) => Some(pause),
        Ok(_) | Err(_) => None,
    }
}

/// `Retry-After` in seconds (RFC 9110, 10.2.3); the form with a date is not used by AWS.
fn wished_for(answer: &Response<Body>) -> Option<Duration> {
    let value = answer.headers().get(header::RETRY_AFTER)?;
    let seconds = value.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(PAUSE_MAX))
}

fn is_passing(error: &ureq::Error) -> bool {
    match error {
        // Not TLS that went wrong: that stays so.
        ureq::Error::Io(error) => error.kind() != ErrorKind::InvalidData,
        ureq::Error::Timeout(_) | ureq::Error::ConnectionFailed => true,
        _ => false,
    }
}
