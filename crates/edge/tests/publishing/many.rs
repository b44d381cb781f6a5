//! More entries than one request to the key-value store lists or writes.

use crate::scene::{NOW, Scene, keys, revoked, token};

const TOKENS: usize = 1200;
const REVOKED: usize = 2500;

#[tokio::test]
async fn thousands_of_entries_arrive_change_and_go() {
    let scene = Scene::with_keys().await;
    for number in 0..TOKENS {
        scene
            .access
            .put_token(&token(&number.to_string()))
            .await
            .unwrap();
    }
    for number in 0..REVOKED {
        scene.access.put_share(&revoked(number)).await.unwrap();
    }
    scene.edge.publish(&scene.access, NOW).await.unwrap();
    assert_eq!(scene.aws.store().entries.len(), 1 + TOKENS + REVOKED);

    scene.aws.forget_calls();
    scene.edge.publish(&scene.access, NOW).await.unwrap();
    let calls = scene.aws.take_calls();
    assert!(
        !calls.contains(&"UpdateKeys".to_owned()),
        "nothing had changed"
    );
    let pages = calls.iter().filter(|call| *call == "ListKeys").count();
    assert_eq!(pages, (1 + TOKENS + REVOKED).div_ceil(50));

    // All links have expired.
    scene.edge.publish(&scene.access, NOW + 3600).await.unwrap();
    assert_eq!(scene.aws.store().entries.len(), 1 + TOKENS);
}

#[tokio::test]
async fn what_breaks_off_has_closed_before_it_opens() {
    let scene = Scene::with_keys().await;
    let lost = token("lost");
    scene.access.put_token(&lost).await.unwrap();
    scene.edge.publish(&scene.access, NOW).await.unwrap();

    scene.access.delete_token(&lost.id).await.unwrap();
    let share = revoked(1);
    scene.access.put_share(&share).await.unwrap();
    put_tokens(&scene, 200).await;
    scene.aws.store().accept = Some(1);
    scene.edge.publish(&scene.access, NOW).await.unwrap_err();
    let entries = scene.aws.store().entries.clone();
    assert!(!entries.contains_key(&format!("token:{}", lost.id.as_str())));
    assert!(entries.contains_key(&format!("revoked:{}", share.id)));
}

#[tokio::test]
async fn other_keys_are_written_first() {
    let scene = Scene::with_keys().await;
    put_tokens(&scene, 200).await;
    scene.edge.publish(&scene.access, NOW).await.unwrap();
    scene.access.put_keys(&keys("second")).await.unwrap();
    for number in 0..200 {
        scene.access.put_share(&revoked(number)).await.unwrap();
        scene
            .access
            .delete_token(&token(&number.to_string()).id)
            .await
            .unwrap();
    }
    scene.aws.store().accept = Some(1);
    scene.edge.publish(&scene.access, NOW).await.unwrap_err();
    let now = serde_json::to_string(&keys("second")).unwrap();
    assert_eq!(scene.aws.store().entries["keys"], now);
}

async fn put_tokens(scene: &Scene, count: usize) {
    for number in 0..count {
        let token = token(&number.to_string());
        scene.access.put_token(&token).await.unwrap();
    }
}
