use std::convert::Infallible;

use api::Problem;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, RequestExt, Response};
use serde_json::json;
use store::Records;
use torrent::Infohash;

/// What the function needs of the world.
pub(crate) struct ManageTorrent {
    pub(crate) records: Records,
}

impl ManageTorrent {
    pub(crate) async fn answer(&self, request: Request) -> Result<Response<Body>, Infallible> {
        let answer = match request.path_parameters().first("infohash") {
            Some(infohash) => self.one(infohash).await,
            None => self.all().await,
        };
        Ok(answer.unwrap_or_else(Problem::into_response))
    }

    /// Every torrent, the newest first.
    async fn all(&self) -> Result<Response<Body>, Problem> {
        let torrents = self.records.torrents().await?;
        Ok(api::json(StatusCode::OK, &json!({ "torrents": torrents })))
    }

    async fn one(&self, infohash: &str) -> Result<Response<Body>, Problem> {
        let infohash: Infohash = infohash.parse().map_err(|error: torrent::InfohashError| {
            Problem::new(StatusCode::BAD_REQUEST, "bad-infohash", error.to_string())
                .in_field("infohash")
        })?;
        let record = self.records.torrent(infohash).await?.ok_or_else(|| {
            let detail = format!("there is no torrent {infohash}");
            Problem::new(StatusCode::NOT_FOUND, "unknown-torrent", detail).in_field("infohash")
        })?;
        Ok(api::json(StatusCode::OK, &record))
    }
}
