use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// Deluge's level of a connection on which no sign-in to the daemon has succeeded.
const NO_ADMISSION: &str = "Auth level too low: 0 <";

#[derive(Deserialize)]
#[serde(bound(deserialize = "R: Deserialize<'de>"))]
struct Reply<R> {
    // By these functions a field may be null, but not missing.
    #[serde(deserialize_with = "Option::deserialize")]
    result: Option<R>,
    #[serde(deserialize_with = "Option::deserialize")]
    error: Option<RpcError>,
}

#[derive(Deserialize)]
struct RpcError {
    code: i64,
    message: String,
}

/// The result of a JSON-RPC call, `None` for null, or what its error means.
pub(crate) fn decode<R: DeserializeOwned>(body: &[u8]) -> Result<Option<R>, Fault> {
    let reply: Reply<R> = serde_json::from_slice(body)
        .map_err(|error| Fault::Protocol(format!("not the expected JSON: {error}")))?;
    let Some(RpcError { code, message }) = reply.error else {
        return Ok(reply.result);
    };
    Err(match code {
        1 => Fault::NotSignedIn,
        2 => Fault::UnknownMethod,
        3 => Fault::WebException(message),
        4 => daemon_fault(daemon_words(&message)),
        _ => Fault::Protocol(format!("error {code}: {message}")),
    })
}

fn daemon_fault(words: String) -> Fault {
    if words.starts_with(NO_ADMISSION) {
        Fault::NotAdmitted(words)
    } else {
        Fault::Daemon(words)
    }
}

/// The daemon's own words, out of a Python failure's text: `Failure: [Failure instance: Traceback
/// (…): <class 'deluge.error.X'>: WORDS\n]`, where an exception that is not Deluge's own has its
/// whole traceback in WORDS, the last line of which says most.
fn daemon_words(message: &str) -> String {
    let words = message
        .split_once("'>: ")
        .map_or(message, |(_, words)| words);
    let words = words.trim_end().trim_end_matches(']').trim_end();
    let mut lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = if words.contains("Traceback (most recent call last)") {
        lines.next_back()
    } else {
        lines.next()
    };
    line.unwrap_or(message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error of the daemon as deluge-web 2.2.0 words it.
    fn error_4(class: &str, words: &str) -> Fault {
        let message = format!(
            "Failure: [Failure instance: Traceback (failure with no frames): \
             <class 'deluge.error.{class}'>: {words}\n]"
        );
        let body =
            serde_json::json!({ "result": null, "error": { "code": 4, "message": message } });
        decode::<String>(body.to_string().as_bytes()).expect_err("an error")
    }

    #[test]
    fn the_daemons_words_are_freed_of_the_failure_around_them() {
        let duplicate = "Torrent already in session (27f8864b45d5aa0dcf64ff1a2367634c61ac78cb).";
        assert!(
            matches!(error_4("AddTorrentError", duplicate), Fault::Daemon(words) if words == duplicate)
        );
        let traceback = "'00'\nTraceback (most recent call last):\n  File \"rpcserver.py\", line 342, in \
                         dispatch\n    ret = self[x]\n          ^^^\nKeyError: '00'\n";
        assert!(
            matches!(error_4("WrappedException", traceback), Fault::Daemon(words) if words == "KeyError: '00'")
        );
    }

    #[test]
    fn a_level_of_zero_is_a_connection_that_was_not_let_in() {
        let admitted = error_4("NotAuthorizedError", "Auth level too low: 1 < 5");
        assert!(matches!(admitted, Fault::Daemon(_)), "{admitted:?}");
        let turned_down = error_4("NotAuthorizedError", "Auth level too low: 0 < 5");
        assert!(
            matches!(turned_down, Fault::NotAdmitted(_)),
            "{turned_down:?}"
        );
    }

    #[test]
    fn what_is_not_json_rpc_is_a_fault_of_the_protocol() {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"error":null}"#,
            r#"{"result":"a"}"#,
            r#"{"result":5,"error":null}"#,
            r#"{"error":"no"}"#,
        ] {
            let answer = decode::<String>(body.as_bytes());
            assert!(matches!(answer, Err(Fault::Protocol(_))), "{body}");
        }
    }
}
