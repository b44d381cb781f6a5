//! Bad input gets its reason and leaves nothing behind.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::World;

pub(crate) fn nothing_is_stored(world: &World) -> Result<()> {
    let before = (world.keys("torrents/")?, world.product.get("api/torrents")?);
    let deep = "ZDQ6aW5mb2Qx".to_owned() + &"bGxs".repeat(70_000);
    let cases = [
        (json!({}), 400),
        (
            json!({"torrent": "ZGU=", "magnet": "magnet:?xt=urn:btih:00"}),
            400,
        ),
        (json!({"file": "ZGU="}), 400),
        (json!({"torrent": "not base64!"}), 422),
        (json!({"torrent": ""}), 422),
        (json!({"torrent": "PGh0bWw+"}), 422),
        (json!({"torrent": "ZGVk"}), 422),
        (json!({"torrent": "ZDQ6aW5mb2RlNDppbmZvZGVl"}), 422),
        (json!({"torrent": deep}), 422),
        (json!({"torrent": "A".repeat(5_700_000)}), 413),
        (json!({"magnet": "magnet:?dn=no-topic"}), 422),
        (json!([1, 2]), 400),
    ];
    for (body, status) in cases {
        let answer = world.product.add(&body)?;
        let shown = body.to_string().chars().take(60).collect::<String>();
        ensure!(answer.status == status, "{shown}: {answer:?}");
        ensure!(
            answer.content_type == "application/problem+json",
            "{shown}: {answer:?}"
        );
        ensure!(
            answer.body["detail"]
                .as_str()
                .is_some_and(|detail| detail.len() > 20),
            "{shown}: {answer:?}"
        );
    }
    let after = (world.keys("torrents/")?, world.product.get("api/torrents")?);
    ensure!(before == after, "something was stored");
    ensure!(
        world.queue_depth("TorrentAddedQueue")? == 0,
        "something was queued"
    );
    Ok(())
}

pub(crate) fn unknown_torrent(world: &World) -> Result<()> {
    let nobody = "0".repeat(40);
    for (infohash, status) in [(nobody.as_str(), "404"), ("nonsense", "400")] {
        let error = world
            .product
            .torrent(infohash)
            .expect_err("nobody knows it")
            .to_string();
        ensure!(error.contains(status), "{infohash}: {error}");
    }
    Ok(())
}
