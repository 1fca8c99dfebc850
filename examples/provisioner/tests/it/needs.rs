//! What a host says at its start.

use serde_json::Value;

use crate::support::company::{Company, POLICY, linked_people};
use crate::support::lines::Lines;
use crate::support::world::World;

#[tokio::test]
async fn the_start_says_which_sections_people_webhooks_and_scopes_the_policy_needs() {
    let lines = Lines::keep("json");
    let world = World::start().await;
    let told = |words: &str| -> Vec<Value> {
        let lines = lines.with(words).into_iter();
        lines.map(|it| serde_json::from_str(&it).unwrap()).collect()
    };
    let text = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();

    let sections = told("has to see\"");
    let categories: Vec<_> = sections.iter().map(|it| text(it, "category")).collect();
    assert_eq!(categories, ["lifecycle", "root", "work"]);
    assert_eq!(sections[0]["history"], true);
    assert!(text(&sections[2], "fields").contains("work.manager"));

    let population = text(&told("people of these statuses")[0], "population");
    for status in ["Hired", "Employed", "Terminated", "leave"] {
        assert!(population.contains(status), "{population}");
    }
    let webhooks = told("has to send a webhook");
    let names: Vec<_> = webhooks.iter().map(|it| text(it, "name")).collect();
    assert_eq!(
        names,
        [
            "360Learning_Employee_Upsert",
            "360Learning_Employee_Deactivation"
        ]
    );
    assert!(text(&webhooks[1], "events").contains("Employee Inactivated"));
    let scopes = text(&told("need these scopes")[0], "scopes");
    for scope in ["users:write", "externalIds:write", "customFields:read"] {
        assert!(scopes.contains(scope), "{scopes}");
    }
    world.host.shutdown().await.unwrap();
}

#[tokio::test]
async fn grd_14_the_start_says_if_the_policy_is_another_one() {
    let lines = Lines::keep("text");
    let changed = || lines.with("the policy is another one").len();
    let mut company = Company::start(linked_people(2), POLICY).await;
    let ran = company.run_while_the_host_works(&["sync", "--yes", "--sandbox"]);
    assert_eq!(ran.await.code, 0);
    company.restart(POLICY).await;
    assert_eq!(changed(), 0);
    let narrow = POLICY.to_owned() + "[scope]\nwhen = \"work.siteId == '2606111'\"\n";
    company.restart(&narrow).await;
    assert_eq!(changed(), 1);
}
