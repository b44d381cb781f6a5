use std::str::FromStr;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What sender and receiver share.
#[derive(Clone)]
pub(crate) struct Secret(Vec<u8>);

/// The secret is not what Standard Webhooks has: base64 of at least 24 bytes, with or without `whsec_` before it.
#[derive(Debug, thiserror::Error)]
#[error("the webhook's secret is not base64 of 24 bytes or more")]
pub(crate) struct SecretError;

impl FromStr for Secret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let digits = text.strip_prefix("whsec_").unwrap_or(text);
        let bytes = BASE64.decode(digits.as_bytes()).map_err(|_| SecretError)?;
        if bytes.len() < 24 {
            return Err(SecretError);
        }
        Ok(Self(bytes))
    }
}

impl Secret {
    /// The value of `webhook-signature` for a message: over its id, the time of sending in Unix seconds, and the
    /// very bytes of the body.
    pub(crate) fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference implementations.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        let body = r#"{"test": 2432232314}"#;
        assert_eq!(
            secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_generated_secret_is_base64_as_it_is() {
        // 40 letters and digits, as the template has Secrets Manager make them.
        assert!(
            "k7PzNq2LwXv9RtYbMc4HdJfG8sQaUeZ3xKiVoWnT"
                .parse::<Secret>()
                .is_ok()
        );
        for bad in [
            "",
            "whsec_",
            "short",
            "not base64, though it is long enough",
            "AAAA",
        ] {
            assert!(bad.parse::<Secret>().is_err(), "{bad}");
        }
    }
}
