/// A metric as `GET /metrics` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Described {
    /// Its name.
    pub name: &'static str,
    /// `counter`, `gauge` or `summary`.
    pub kind: &'static str,
    /// The names of its labels. No value of a label tells of a person.
    pub labels: &'static [&'static str],
    /// What it says.
    pub text: &'static str,
}

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    text: &'static str,
) -> Described {
    described(name, "counter", labels, text)
}

const fn gauge(
    name: &'static str,
    labels: &'static [&'static str],
    text: &'static str,
) -> Described {
    described(name, "gauge", labels, text)
}

const fn summary(
    name: &'static str,
    labels: &'static [&'static str],
    text: &'static str,
) -> Described {
    described(name, "summary", labels, text)
}

const fn described(
    name: &'static str,
    kind: &'static str,
    labels: &'static [&'static str],
    text: &'static str,
) -> Described {
    Described {
        name,
        kind,
        labels,
        text,
    }
}

pub(super) const DELIVERIES: &str = "provisioner_deliveries_total";
pub(super) const SIGNATURES: &str = "provisioner_signatures_total";
pub(super) const FLAGS: &str = "provisioner_delivery_flags_total";
pub(super) const LAST_DELIVERY: &str = "provisioner_last_delivery_seconds";
pub(super) const DEAD_LETTERS: &str = "provisioner_dead_letters_total";
pub(super) const LAG: &str = "provisioner_lag_seconds";
pub(super) const QUEUE: &str = "provisioner_queue_employees";
pub(super) const QUEUE_OLDEST: &str = "provisioner_queue_oldest_seconds";
pub(super) const PAUSED: &str = "provisioner_paused";
pub(super) const DECISIONS: &str = "provisioner_decisions_total";
pub(super) const FINDINGS: &str = "provisioner_findings_total";
pub(super) const STEPS: &str = "provisioner_steps_total";
pub(super) const HELD: &str = "provisioner_held_steps_total";
pub(super) const HOLDS: &str = "provisioner_holds";
pub(super) const GUARD_FILL: &str = "provisioner_guard_fill_ratio";
pub(super) const LINKED: &str = "provisioner_linked_accounts";
pub(super) const DRIFT: &str = "provisioner_drift_employees";
pub(super) const DRIFT_OLDEST: &str = "provisioner_drift_oldest_seconds";
pub(super) const CALLS: &str = "provisioner_api_calls_total";
pub(super) const CALL_SECONDS: &str = "provisioner_api_call_seconds";
pub(super) const RATE_LIMIT: &str = "provisioner_api_rate_limit";
pub(super) const RATE_REMAINING: &str = "provisioner_api_rate_remaining";
pub(super) const STOPPED: &str = "provisioner_api_stopped";
pub(super) const SYNC_AGE: &str = "provisioner_sync_last_seconds";
pub(super) const SYNC_PEOPLE: &str = "provisioner_sync_people";
pub(super) const SYNC_OPEN: &str = "provisioner_sync_open";
pub(super) const NOTICES: &str = "provisioner_notices_total";
pub(super) const NOTICE_FAILURES: &str = "provisioner_notice_failures_total";
pub(super) const STORE_FAILURES: &str = "provisioner_store_failures_total";
pub(super) const INFO: &str = "provisioner_info";

/// Every metric, in the order of the documentation.
pub(super) const ALL: &[Described] = &[
    counter(
        DELIVERIES,
        &["endpoint", "outcome"],
        "Requests to the webhook addresses, by what became of them.",
    ),
    counter(
        SIGNATURES,
        &["secret"],
        "Deliveries by the label of the secret that signed them, such as `upsert-1`.",
    ),
    counter(
        FLAGS,
        &["flag"],
        "Oddities of deliveries that were taken in all the same.",
    ),
    gauge(
        LAST_DELIVERY,
        &["endpoint"],
        "Time since the last usable delivery to an address; absent until there was one.",
    ),
    counter(
        DEAD_LETTERS,
        &["reason"],
        "Deliveries that could not be used.",
    ),
    summary(
        LAG,
        &["quantile"],
        "Time from the first delivery about an employee to the decision that was carried out for \
         it: median and 95th percentile of the last ten minutes.",
    ),
    gauge(
        QUEUE,
        &["state"],
        "Employees by state: `pending` (something came that is not decided yet), `due` (to be \
         looked at now), `leased` (worked on now), `timed` (with a date for another look).",
    ),
    gauge(
        QUEUE_OLDEST,
        &[],
        "For how long the one has waited who has waited longest for a decision.",
    ),
    gauge(PAUSED, &[], "1 while an operator has paused the work."),
    counter(
        DECISIONS,
        &["disposition", "reason"],
        "Decisions by disposition and reason.",
    ),
    counter(
        FINDINGS,
        &["reason"],
        "Findings that stood beside decisions.",
    ),
    counter(
        STEPS,
        &["action", "outcome"],
        "Steps that were applied, by action and outcome.",
    ),
    counter(HELD, &[], "Times that a step was held for approval."),
    gauge(HOLDS, &[], "Steps that wait for approval now."),
    gauge(
        GUARD_FILL,
        &["budget", "window"],
        "Share of a budget that is used up in its rolling window; at 1 further steps are held. \
         Where each group or field has a budget of its own, that of the fullest.",
    ),
    gauge(
        LINKED,
        &[],
        "Accounts that are linked and not deactivated, of which the budgets are shares.",
    ),
    gauge(
        DRIFT,
        &["kind", "reason"],
        "Employees of whom something differs between the two systems and is not mended: held, in \
         conflict, given up, or changed by hand on purpose.",
    ),
    gauge(
        DRIFT_OLDEST,
        &[],
        "For how long the oldest such difference has stood.",
    ),
    counter(
        CALLS,
        &["api", "method", "route", "status"],
        "Attempts of calls by API, route and class of status; 429 has a class of its own, and \
         `none` is no usable answer.",
    ),
    summary(
        CALL_SECONDS,
        &["api", "quantile"],
        "How long attempts took: median and 95th percentile of the last ten minutes.",
    ),
    gauge(
        RATE_LIMIT,
        &["api", "route"],
        "Calls a minute that the API said it lets through.",
    ),
    gauge(
        RATE_REMAINING,
        &["api", "route"],
        "Calls that the API said are left in the present minute.",
    ),
    gauge(
        STOPPED,
        &["api"],
        "1 while an API is not called because it refuses or fails, or not written to because links \
         lead to accounts that do not exist.",
    ),
    gauge(
        SYNC_AGE,
        &["depth"],
        "Time since the last full synchronization of this depth ended; absent until there was one.",
    ),
    gauge(
        SYNC_PEOPLE,
        &["situation"],
        "What the last full synchronization came to, in people; absent until there was one.",
    ),
    gauge(
        SYNC_OPEN,
        &[],
        "People whom a full synchronization that is under way has not come to.",
    ),
    counter(NOTICES, &["kind"], "What an operator was told, by kind."),
    counter(
        NOTICE_FAILURES,
        &[],
        "Times that a notice did not reach the notification URL; it is sent again.",
    ),
    counter(
        STORE_FAILURES,
        &[],
        "Times that something failed because the database did.",
    ),
    gauge(
        INFO,
        &["version", "policy"],
        "1, with the version and the digest of the policy in force.",
    ),
];
