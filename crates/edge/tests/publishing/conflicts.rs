//! Others who write to the key-value store at the same time.

use crate::scene::{NOW, Scene, token};
use edge::{Changed, EdgeError};
use fake_aws::Refusal;
use store::TokenRow;

#[tokio::test]
async fn a_stale_entity_tag_is_retried_whichever_way_aws_refuses_it() {
    for refusal in [Refusal::Conflict, Refusal::PreCondition] {
        let scene = Scene::with_keys().await;
        scene.aws.store().refuse = Some((refusal, 3));
        scene.edge.publish(&scene.access, NOW).await.unwrap();
        assert!(
            scene.aws.store().entries.contains_key("keys"),
            "{refusal:?}"
        );
    }
}

#[tokio::test]
async fn any_other_refusal_is_not_retried() {
    let scene = Scene::with_keys().await;
    scene.aws.store().refuse = Some((Refusal::Invalid, 1));
    let refused = scene.edge.publish(&scene.access, NOW).await;
    let Err(EdgeError::Aws { detail, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(detail.contains("Value is too large"), "{detail}");
    let calls = scene.aws.take_calls();
    assert_eq!(
        calls.iter().filter(|call| *call == "UpdateKeys").count(),
        1,
        "{calls:?}"
    );
}

#[tokio::test]
async fn two_changes_at_once_both_get_through() {
    let scene = Scene::with_keys().await;
    scene.edge.publish(&scene.access, NOW).await.unwrap();
    let (first, second) = (token("a"), token("b"));
    let change = async |row: &TokenRow| {
        let change = scene.access.begin_change().await.unwrap();
        scene.access.put_token(row).await.unwrap();
        let changed = Changed::Token(&row.id);
        scene
            .edge
            .tell(&scene.access, &change, changed, NOW)
            .await
            .unwrap();
    };
    tokio::join!(change(&first), change(&second));
    let entries = scene.aws.store().entries.clone();
    for row in [&first, &second] {
        assert!(
            entries.contains_key(&format!("token:{}", row.id.as_str())),
            "{entries:?}"
        );
    }
}

#[tokio::test]
async fn a_change_that_broke_off_is_made_up_for_though_another_ends_meanwhile() {
    let scene = Scene::with_keys().await;
    scene.edge.publish(&scene.access, NOW).await.unwrap();
    let (told, untold, third) = (token("a"), token("b"), token("c"));
    let first = scene.access.begin_change().await.unwrap();
    // The function ends before it tells the edge of this one.
    scene.access.begin_change().await.unwrap();
    scene.access.put_token(&untold).await.unwrap();
    scene.access.put_token(&told).await.unwrap();
    scene
        .edge
        .tell(&scene.access, &first, Changed::Token(&told.id), NOW)
        .await
        .unwrap();

    let next = scene.access.begin_change().await.unwrap();
    scene.access.put_token(&third).await.unwrap();
    scene
        .edge
        .tell(&scene.access, &next, Changed::Token(&third.id), NOW)
        .await
        .unwrap();
    let entries = scene.aws.store().entries.clone();
    assert!(
        entries.contains_key(&format!("token:{}", untold.id.as_str())),
        "{entries:?}"
    );
}
