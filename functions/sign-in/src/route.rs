use api::Problem;
use lambda_http::http::{Method, StatusCode};
use proof::TokenId;

/// What a request asks this function for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// The one route that needs no proof.
    SignIn,
    Session,
    SignOut,
    Tokens,
    MakeToken,
    RevokeToken(TokenId),
    Shares,
    MakeShare,
    RevokeShare(String),
}

impl Route {
    pub(crate) fn find(method: &Method, path: &str) -> Result<Self, Problem> {
        let words: Vec<_> = path.trim_start_matches('/').split('/').collect();
        match (words.as_slice(), method.as_str()) {
            (["api", "session"], "POST") => Ok(Self::SignIn),
            (["api", "session"], "GET") => Ok(Self::Session),
            (["api", "session"], "DELETE") => Ok(Self::SignOut),
            (["api", "session"], _) => Err(Problem::not_allowed(method, "GET, POST, DELETE")),
            (["api", "tokens"], "GET") => Ok(Self::Tokens),
            (["api", "tokens"], "POST") => Ok(Self::MakeToken),
            (["api", "tokens", id], "DELETE") => TokenId::try_from((*id).to_owned())
                .map(Self::RevokeToken)
                .map_err(|error| bad_id(error.to_string())),
            (["api", "shares"], "GET") => Ok(Self::Shares),
            (["api", "shares"], "POST") => Ok(Self::MakeShare),
            // The ids of both are made alike.
            (["api", "shares", id], "DELETE") => TokenId::try_from((*id).to_owned())
                .map(|id| Self::RevokeShare(id.into()))
                .map_err(|_| bad_id("a share link's id is 16 characters of base64url")),
            (["api", "tokens" | "shares"], _) => Err(Problem::not_allowed(method, "GET, POST")),
            (["api", "tokens" | "shares", _], _) => Err(Problem::not_allowed(method, "DELETE")),
            _ => Err(Problem::no_route()),
        }
    }
}

fn bad_id(detail: impl Into<Box<str>>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad-id", detail).in_field("id")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef";

    #[test]
    fn every_address_is_known() {
        let id = TokenId::try_from(ID.to_owned()).unwrap();
        for (method, path, route) in [
            (Method::POST, "/api/session".to_owned(), Route::SignIn),
            (Method::GET, "/api/session".to_owned(), Route::Session),
            (Method::DELETE, "/api/session".to_owned(), Route::SignOut),
            (Method::GET, "/api/tokens".to_owned(), Route::Tokens),
            (Method::POST, "/api/tokens".to_owned(), Route::MakeToken),
            (
                Method::DELETE,
                format!("/api/tokens/{ID}"),
                Route::RevokeToken(id),
            ),
            (Method::GET, "/api/shares".to_owned(), Route::Shares),
            (Method::POST, "/api/shares".to_owned(), Route::MakeShare),
            (
                Method::DELETE,
                format!("/api/shares/{ID}"),
                Route::RevokeShare(ID.to_owned()),
            ),
        ] {
            assert_eq!(Route::find(&method, &path), Ok(route), "{method} {path}");
        }
    }

    #[test]
    fn everything_else_is_a_problem() {
        for (method, path, status) in [
            (Method::GET, "/", 404),
            // What looks like the open route is not.
            (Method::POST, "/api/session/", 404),
            (Method::POST, "/api/session/x", 404),
            (Method::PUT, "/api/session", 405),
            (Method::PATCH, "/api/tokens", 405),
            (Method::GET, "/api/shares/0123456789abcdef", 405),
            (Method::DELETE, "/api/tokens/x", 400),
            (Method::DELETE, "/api/shares/x", 400),
        ] {
            let response = Route::find(&method, path).unwrap_err().into_response();
            assert_eq!(response.status(), status, "{method} {path}");
        }
    }
}
