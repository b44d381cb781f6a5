use api::Problem;
use lambda_http::http::{Method, StatusCode};
use torrent::Infohash;

/// What a request asks this function for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    List,
    Workers,
    Show(Infohash),
    Remove(Infohash),
    Pause(Infohash),
    Resume(Infohash),
    Retry(Infohash),
}

impl Route {
    /// API Gateway sends what has a route of its own, and by `$default` everything that has none: that is
    /// answered with a problem like every other mistake, not in API Gateway's words.
    pub(crate) fn find(method: &Method, path: &str) -> Result<Self, Problem> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let words: Vec<_> = path.trim_start_matches('/').split('/').collect();
        match *words.as_slice() {
            ["api", "torrents"] if method == Method::GET => Ok(Self::List),
            ["api", "torrents"] => Err(Problem::not_allowed(method, "GET, POST")),
            ["api", "torrents", infohash] => match *method {
                Method::GET => Ok(Self::Show(parse(infohash)?)),
                Method::DELETE => Ok(Self::Remove(parse(infohash)?)),
                _ => Err(Problem::not_allowed(method, "GET, DELETE")),
            },
            [
                "api",
                "torrents",
                infohash,
                verb @ ("pause" | "resume" | "retry"),
            ] => {
                if method != Method::POST {
                    return Err(Problem::not_allowed(method, "POST"));
                }
                let infohash = parse(infohash)?;
                Ok(match verb {
                    "pause" => Self::Pause(infohash),
                    "resume" => Self::Resume(infohash),
                    _ => Self::Retry(infohash),
                })
            }
            ["api", "workers"] if method == Method::GET => Ok(Self::Workers),
            ["api", "workers"] => Err(Problem::not_allowed(method, "GET")),
            ["api", "uploads"] => Err(Problem::not_allowed(method, "POST")),
            _ => Err(Problem::no_route()),
        }
    }

    /// The torrent that it is about.
    pub(crate) fn infohash(self) -> Option<Infohash> {
        match self {
            Self::List | Self::Workers => None,
            Self::Show(infohash)
            | Self::Remove(infohash)
            | Self::Pause(infohash)
            | Self::Resume(infohash)
            | Self::Retry(infohash) => Some(infohash),
        }
    }
}

fn parse(infohash: &str) -> Result<Infohash, Problem> {
    infohash.parse().map_err(|error: torrent::InfohashError| {
        Problem::new(StatusCode::BAD_REQUEST, "bad-infohash", error.to_string())
            .in_field("infohash")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "25e6e4bc4eb17527321dd43fbe4233c7b2e82370";

    #[test]
    fn every_address_of_the_api_is_known() {
        let infohash = parse(HASH).unwrap();
        for (method, path, route) in [
            (Method::GET, "/api/torrents".to_owned(), Route::List),
            (Method::GET, "/api/workers".to_owned(), Route::Workers),
            (
                Method::GET,
                format!("/api/torrents/{HASH}"),
                Route::Show(infohash),
            ),
            (
                Method::DELETE,
                format!("/api/torrents/{HASH}/"),
                Route::Remove(infohash),
            ),
            (
                Method::POST,
                format!("/api/torrents/{HASH}/pause"),
                Route::Pause(infohash),
            ),
            (
                Method::POST,
                format!("/api/torrents/{HASH}/resume"),
                Route::Resume(infohash),
            ),
            (
                Method::POST,
                format!("/api/torrents/{HASH}/retry"),
                Route::Retry(infohash),
            ),
        ] {
            assert_eq!(Route::find(&method, &path), Ok(route), "{method} {path}");
        }
    }

    #[test]
    fn everything_else_is_a_problem() {
        for (method, path, status) in [
            (Method::GET, "/", 404),
            (Method::GET, "/api/torrentz", 404),
            (Method::POST, "/api/torrents/x/stop", 404),
            (Method::GET, "/api/torrents/x", 400),
            (Method::PUT, "/api/torrents", 405),
            (Method::PATCH, "/api/torrents/x", 405),
            (Method::GET, "/api/torrents/x/pause", 405),
            (Method::GET, "/api/uploads", 405),
            (Method::POST, "/api/workers", 405),
        ] {
            let response = Route::find(&method, path).unwrap_err().into_response();
            assert_eq!(response.status(), status, "{method} {path}");
            assert_eq!(
                response.headers().contains_key("allow"),
                status == 405,
                "{method} {path}"
            );
        }
    }
}
