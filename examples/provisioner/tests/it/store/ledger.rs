//! The guards' ledger: what another process writes is seen, and an older database keeps its own.

use provisioner::SqlStore;
use provisioning_core::Ledger;
use provisioning_core::driver::Store as _;
use serde_json::json;
use sqlx::{AnyConnection, Connection as _};

use crate::support::home::Home;

fn ledger(text: &str) -> Ledger {
    serde_json::from_str(text).unwrap()
}

fn one_charge(employee: &str) -> String {
    let charge = json!({
        "employee": employee,
        "step": "deactivate:507f1f77bcf86cd799439011",
        "kind": "deactivation",
        "at": "2026-03-02T09:00:00Z",
    });
    json!({"version": 1, "spent": [charge]}).to_string()
}

pub async fn is_seen_by_others(home: &Home) {
    let store = home.open().await;
    let first = store.ledger().await.unwrap();
    let beside = SqlStore::attach(home.url()).await.unwrap();
    for employee in ["1", "2"] {
        let known = beside.ledger().await.unwrap();
        let next = ledger(&one_charge(employee));
        assert!(beside.replace_ledger(&next, known.version).await.unwrap());
        assert_eq!(store.ledger().await.unwrap().value, next);
        assert_eq!(store.ledger().await.unwrap().value, next, "once more");
    }
    assert!(
        !store
            .replace_ledger(&first.value, first.version)
            .await
            .unwrap()
    );
    let known = beside.ledger().await.unwrap();
    assert_eq!(store.ledger().await.unwrap(), known);
}

/// Makes of a new database what it was before the ledger had a row of its own.
const BEFORE: [&str; 4] = [
    "DROP TABLE ledger",
    "ALTER TABLE tenant ADD COLUMN ledger TEXT",
    "ALTER TABLE tenant ADD COLUMN version INTEGER NOT NULL DEFAULT 7",
    "DELETE FROM _sqlx_migrations WHERE version = 8",
];

pub async fn moves_along(home: &Home) {
    home.open().await.close().await;
    let mut connection = AnyConnection::connect(home.url()).await.unwrap();
    for statement in BEFORE {
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    sqlx::query("UPDATE tenant SET ledger = $1")
        .bind(one_charge("1"))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let store = home.open().await;
    let known = store.ledger().await.unwrap();
    assert_eq!((known.value, known.version), (ledger(&one_charge("1")), 7));
}
