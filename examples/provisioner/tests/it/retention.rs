//! For how long things are kept.

use provisioner::{EXAMPLE_POLICY, NoticeKind};

use crate::support::world::{UPSERT, World, event, seed};

const HOUR: u32 = 60 * 60;
const DAY: u32 = 24 * HOUR;

#[tokio::test]
async fn what_is_past_its_time_is_gone_within_the_hour() {
    let days = |name, days: &str| (name, days.to_owned());
    let more = [
        days("KEEP_DEAD_LETTERS_DAYS", "1"),
        days("KEEP_AUDIT_DAYS", "2"),
        days("KEEP_REPORTS_DAYS", "3"),
    ];
    let world = World::of(seed(), EXAMPLE_POLICY, &more).await;
    let foreign = event("employee.created", 1).replace("637323", "637324");
    world.post("/hibob/upsert", Some(UPSERT[0]), foreign).await;
    let created = event("employee.created", 2);
    world.post("/hibob/upsert", Some(UPSERT[0]), created).await;
    world.pass(3).await;
    world.pass(60).await;
    let kept = async || {
        let store = world.host.store();
        let letters = store.dead_letters(10).await.unwrap();
        let audit = store.audited(10).await.unwrap();
        let notices = store.notices(10).await.unwrap().into_iter();
        let told = notices.filter(|it| it.kind == NoticeKind::DeadLetter);
        (letters.len(), audit.len(), told.count())
    };
    assert_eq!(kept().await, (1, 2, 1), "decided at once and 25 s later");
    world.pass(DAY - HOUR).await;
    assert_eq!(kept().await, (1, 2, 1));
    world.pass(2 * HOUR).await;
    assert_eq!(kept().await, (0, 2, 1));
    world.pass(DAY).await;
    assert_eq!(kept().await, (0, 0, 1));
    world.pass(DAY).await;
    assert_eq!(kept().await, (0, 0, 0));
}
