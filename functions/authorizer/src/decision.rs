use store::Caller;

use crate::request::AuthorizerRequest;

/// Whether a request may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passes,
    /// Nobody knows who sent it.
    NoProof,
    /// A browser sent its cookie with it, but not for a page of ours.
    ForeignSite,
}

/// `sites` are the addresses of our own pages.
pub(crate) fn decide(
    caller: Option<&Caller>,
    request: &AuthorizerRequest,
    sites: &[String],
) -> Verdict {
    match caller {
        None => Verdict::NoProof,
        // Whoever sends a token means it: browsers add none by themselves.
        Some(caller) if caller.session.is_none() => Verdict::Passes,
        Some(_) if request.is_safe() || is_of_our_own_page(request, sites) => Verdict::Passes,
        Some(_) => Verdict::ForeignSite,
    }
}

/// What a browser says of the page that made a request: `Sec-Fetch-Site` (W3C Fetch Metadata), or `Origin` in
/// browsers that do not know it. Scripts can set neither.
fn is_of_our_own_page(request: &AuthorizerRequest, sites: &[String]) -> bool {
    match (request.header("sec-fetch-site"), request.header("origin")) {
        (Some(made_by), _) => made_by == "same-origin",
        (None, Some(origin)) => sites.iter().any(|site| site == origin),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use store::TokenRow;
    use torrent::Timestamp;

    use super::*;

    const SITE: &str = "https://d1.cloudfront.net";
    const CUSTOM: &str = "https://files.example.net";

    fn sites() -> Vec<String> {
        vec![SITE.to_owned(), CUSTOM.to_owned()]
    }

    fn request(method: &str, headers: &[(&str, &str)]) -> AuthorizerRequest {
        let headers: std::collections::HashMap<_, _> = headers.iter().copied().collect();
        let event =
            json!({ "headers": headers, "requestContext": { "http": { "method": method } } });
        serde_json::from_value(event).unwrap()
    }

    fn caller(with_session: bool) -> Caller {
        let id = proof::TokenId::try_from("0123456789abcdef".to_owned()).unwrap();
        Caller {
            token: TokenRow {
                id: id.clone(),
                name: "owner".to_owned(),
                hash: String::new(),
                owner: true,
                created_at: Timestamp::UNIX_EPOCH,
            },
            session: with_session.then_some(proof::Session {
                token: id,
                expires: 1,
            }),
        }
    }

    #[test]
    fn nobody_passes_without_proof() {
        for method in ["GET", "POST", "DELETE"] {
            let request = request(method, &[("sec-fetch-site", "same-origin")]);
            assert_eq!(decide(None, &request, &sites()), Verdict::NoProof);
        }
    }

    #[test]
    fn a_token_passes_wherever_it_comes_from() {
        for headers in [&[][..], &[("sec-fetch-site", "cross-site")]] {
            let verdict = decide(Some(&caller(false)), &request("POST", headers), &sites());
            assert_eq!(verdict, Verdict::Passes);
        }
    }

    #[test]
    fn a_session_changes_things_from_our_own_pages_alone() {
        for (headers, passes) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("origin", SITE)], true),
            (&[("origin", CUSTOM)], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", SITE)], true),
            (&[], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", SITE)], false),
            (&[("origin", "null")], false),
            (&[("origin", "https://evil.example")], false),
            (
                &[("origin", "https://d1.cloudfront.net.evil.example")],
                false,
            ),
            (&[("referer", "https://d1.cloudfront.net/")], false),
        ] {
            for method in ["POST", "DELETE", "PUT", "PATCH", "OPTIONS"] {
                let verdict = decide(Some(&caller(true)), &request(method, headers), &sites());
                assert_eq!(verdict == Verdict::Passes, passes, "{method} {headers:?}");
            }
            let verdict = decide(Some(&caller(true)), &request("GET", headers), &sites());
            assert_eq!(verdict, Verdict::Passes, "{headers:?}");
        }
    }

    #[test]
    fn cookies_are_found_where_api_gateway_puts_them() {
        let event = json!({
            "cookies": ["a=1", "b=2"],
            "headers": { "Origin": SITE },
            "requestContext": { "http": { "method": "GET" } },
        });
        let request: AuthorizerRequest = serde_json::from_value(event).unwrap();
        assert_eq!(request.header("cookie"), Some("a=1; b=2"));
        assert_eq!(request.header("origin"), Some(SITE));
    }
}
