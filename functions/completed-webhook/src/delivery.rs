use std::error::Error as _;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use torrent::Timestamp;

use crate::notice::Notice;
use crate::secret::Secret;

/// For a delivery as a whole. A receiver with more to do answers first.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// Takes notices to one address.
pub(crate) struct Delivery {
    http: Client,
    url: Url,
    secret: Secret,
}

/// Why a notice was not taken. The address is in none of these: it may have a password of the receiver's in it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    /// The receiver said so. A redirect is one of these: the owner gave one address, and it is not another's to
    /// choose where this function connects to.
    #[error("the receiver answered {0}")]
    Refused(StatusCode),
    /// No answer came.
    #[error("the receiver did not answer: {0}")]
    Silent(String),
}

impl Delivery {
    /// `url` is HTTPS's, or on this machine.
    pub(crate) fn new(url: &str, secret: Secret) -> Result<Self> {
        let url: Url = url.parse().context("the webhook's address is none")?;
        let is_here = url.host_str() == Some("127.0.0.1");
        ensure!(
            url.scheme() == "https" || is_here,
            "the webhook's address is not https"
        );
        let http = Client::builder()
            .redirect(Policy::none())
            .timeout(TIME_LIMIT)
            .user_agent(concat!("torrent2s3/", env!("CARGO_PKG_VERSION")));
        Ok(Self {
            http: http.build()?,
            url,
            secret,
        })
    }

    /// Delivers once; any status of success is a yes.
    pub(crate) async fn post(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let body = serde_json::to_string(notice).expect("text and numbers are JSON");
        let timestamp = Timestamp::now().as_second();
        let signature = self.secret.sign(&notice.id, timestamp, &body);
        let request = self
            .http
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &notice.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature);
        let answer = request.body(body).send().await.map_err(silent)?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(DeliveryError::Refused(answer.status()))
        }
    }
}

fn silent(error: reqwest::Error) -> DeliveryError {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    DeliveryError::Silent(words)
}

#[cfg(test)]
mod tests {
    use fake_http::{Request, Response, Server, empty};
    use http::StatusCode;
    use standardwebhooks::Webhook;

    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// A receiver that answers one request after the other with these, and gives back what it was sent.
    fn receiver(answers: Vec<Response>) -> (Delivery, std::thread::JoinHandle<Vec<Sent>>) {
        let server = Server::start().unwrap();
        let url = format!("{}/hook?token=t0ken", server.url());
        let thread = std::thread::spawn(move || {
            let receive = |answer| {
                let patience = Duration::from_secs(20);
                let request = server.recv_timeout(patience).expect("a request");
                let sent = Sent::of(&request);
                request.respond(answer);
                sent
            };
            answers.into_iter().map(receive).collect()
        });
        (
            Delivery::new(&url, SECRET.parse().unwrap()).unwrap(),
            thread,
        )
    }

    struct Sent {
        headers: http::HeaderMap,
        body: String,
    }

    impl Sent {
        fn of(request: &Request) -> Self {
            Self {
                headers: request.headers().clone(),
                body: String::from_utf8(request.body().to_vec()).unwrap(),
            }
        }

        /// Whether the convention's own library takes it, with `body`.
        fn is_genuine(&self, secret: &str, body: &str) -> bool {
            let webhook = Webhook::new(secret).unwrap();
            webhook.verify(body.as_bytes(), &self.headers).is_ok()
        }
    }

    fn notice() -> Notice {
        let event = include_str!("../../../events/completed-webhook-notice.json");
        let event: aws_lambda_events::sqs::SqsEvent = serde_json::from_str(event).unwrap();
        Notice::read(event.records[0].body.as_deref().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn every_try_is_signed_as_the_conventions_own_library_wants_it() {
        let (delivery, thread) = receiver(vec![
            empty(StatusCode::INTERNAL_SERVER_ERROR),
            empty(StatusCode::NO_CONTENT),
        ]);
        let refused = delivery.post(&notice()).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the receiver answered 500 Internal Server Error"
        );
        delivery.post(&notice()).await.unwrap();
        let sent = thread.join().unwrap();
        for sent in &sent {
            assert!(sent.is_genuine(SECRET, &sent.body));
            assert!(!sent.is_genuine(SECRET, &sent.body.replace("hello", "jello")));
            assert!(!sent.is_genuine("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &sent.body));
        }
        assert_eq!(sent[0].body, sent[1].body);
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let mut redirect = empty(StatusCode::TEMPORARY_REDIRECT);
        let location = "http://169.254.169.254/".parse().unwrap();
        redirect.headers_mut().insert("location", location);
        let (delivery, thread) = receiver(vec![redirect]);
        let refused = delivery.post(&notice()).await.unwrap_err();
        assert!(refused.to_string().contains("307"), "{refused}");
        assert_eq!(thread.join().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn no_error_names_the_address() {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let url = format!("http://127.0.0.1:{port}/hook?token=t0ken");
        let delivery = Delivery::new(&url, SECRET.parse().unwrap()).unwrap();
        let silent = delivery.post(&notice()).await.unwrap_err().to_string();
        assert!(
            silent.contains("refused") && !silent.contains("t0ken"),
            "{silent}"
        );
    }

    #[test]
    fn only_https_leaves_this_machine() {
        let make = |url: &str| Delivery::new(url, SECRET.parse().unwrap()).is_ok();
        assert!(make("https://example.net/hook"));
        assert!(make("http://127.0.0.1:8000/"));
        for bad in [
            "http://example.net/",
            "ftp://example.net/",
            "example.net",
            "http://127.0.0.1.example.net/",
        ] {
            assert!(!make(bad), "{bad}");
        }
    }
}
