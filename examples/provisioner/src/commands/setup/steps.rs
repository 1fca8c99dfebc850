//! The guide in words: what to click, in order, and why.

use super::guide::{Guide, Section, State, Webhook};
use super::page::{Page, Step};

/// The guide as a page. `policy` is the file's name.
pub(crate) fn page(guide: &Guide, policy: &str) -> Page {
    Page {
        title: format!("Set-up for {policy}"),
        opening: "These steps are done once, by hand, from top to bottom. Everything named here \
                  follows from the policy: less does not work, and more is not needed. \
                  `provisioner doctor` then checks all of it."
            .to_owned(),
        steps: vec![
            service_user(),
            permission_group(guide),
            webhooks(guide),
            credentials(guide),
            settings(guide),
            check(),
        ],
    }
}

fn service_user() -> Step {
    Step::new("In Bob: a service user, who reads for the host")
        .path([
            "Settings",
            "Integrations",
            "Service users",
            "Manage",
            "Create service user",
        ])
        .text(
            "Give it a name that says what it is for, such as *360Learning provisioning*. Bob \
             shows its id and its token once: they go into `HIBOB_SERVICE_USER_ID` and \
             `HIBOB_SERVICE_USER_TOKEN`.",
        )
}

fn permission_group(guide: &Guide) -> Step {
    let group = &guide.permission_group;
    let statuses = group.lifecycle_statuses.join(", ");
    let rows = group.sections.iter().map(|section| {
        vec![
            name(section),
            if section.history {
                "section, histories"
            } else {
                "section"
            }
            .to_owned(),
            section.fields.join(", "),
        ]
    });
    Step::new("In Bob: a permission group, without which the service user sees nothing")
        .path([
            "Settings",
            "Account",
            "Permission groups",
            "Create",
            "Service user",
        ])
        .text(
            "Choose the service user of step 1. The group needs no feature, and no right to edit.",
        )
        .path([
            "People's data",
            "Access data for",
            "Select people by condition",
            "Edit",
        ])
        .text(format!(
            "*Lifecycle status* equals {statuses}; tick all of them, and remove any other \
             condition. Whoever is left out is never seen to come or to leave. *Everyone* would \
             mean those who may use Bob now: neither future employees nor leavers."
        ))
        .path(["People's data", "People"])
        .text(
            "Tick *View selected employees' … section* for these and no others; *histories* is a \
             tick of its own. Where Bob gives permissions field by field (*People's fields*), the \
             fields alone will do.",
        )
        .table(
            ["section", "tick", "fields that the policy reads"],
            rows.collect(),
        )
}

fn webhooks(guide: &Guide) -> Step {
    let step = Step::new("In Bob: the webhooks, which say that somebody changed")
        .path(["Settings", "Integrations", "Webhooks", "Manage", "Add"])
        .text(
            "Add each of these, in version v2. Bob tests the address at once, so the host should \
             listen by then: `provisioner setup --wait` does, and tells what arrives.",
        );
    let webhooks = guide.webhooks.iter();
    webhooks
        .fold(step, |step, webhook| step.table(["", ""], rows(webhook)))
        .text(
            "*All employees*, although the policy may look after a part of them: somebody who \
             moves out of a webhook's condition sends no event, and would never be heard of \
             again. Who is looked after stands in `[scope]` of the policy.",
        )
        .text(
            "*Employee Inactivated* is what deactivates. *Employee Terminated* sends \
             `employee.left`, also when a garden leave begins: on it alone nothing is done.",
        )
        .text(
            "A third webhook may call the same address with a secret of its own; many companies \
             have one for *Employee Terminated* alone. Its secret goes behind the other into the \
             same variable, after a blank. A secret counts only on its own address.",
        )
}

fn credentials(guide: &Guide) -> Step {
    let scopes = guide.scopes.iter();
    let rows = scopes.map(|it| vec![it.scope.to_owned(), it.purpose.to_owned()]);
    Step::new("In 360Learning: credentials, with which the host writes")
        .path(["Settings", "API v2"])
        .text(
            "As platform owner or administrator, create credentials of API v2 with these scopes \
             and no others. Id and secret go into `LEARNING360_CLIENT_ID` and \
             `LEARNING360_CLIENT_SECRET`; the secret is shown once. A company has ten credentials \
             at most. A scope that is not offered has to be opened by your Customer Success \
             Partner.",
        )
        .table(["scope", "to"], rows.collect())
}

fn settings(guide: &Guide) -> Step {
    let missing = guide
        .settings
        .iter()
        .filter(|it| it.state == State::Missing);
    let missing = missing.count();
    let said = match missing {
        0 => "All of them are set.".to_owned(),
        1 => "One of them is not set yet.".to_owned(),
        _ => format!("{missing} of them are not set yet."),
    };
    let rows = guide.settings.iter().map(|setting| {
        let state = match setting.state {
            State::Set => "set",
            State::Missing => "not set",
            State::Optional => "optional",
        };
        let value = setting.value.clone().unwrap_or_default();
        let cells = [setting.name, state, &value, setting.what];
        cells.map(str::to_owned).to_vec()
    });
    Step::new("Here: the settings")
        .text(format!(
            "In the environment, or in a file `.env` where the host starts, one `NAME=value` a \
             line. {said}"
        ))
        .table(["variable", "state", "value", ""], rows.collect())
}

fn check() -> Step {
    let lines = [
        (
            "provisioner doctor",
            "checks all of this online; --notify tries out NOTIFY_URL",
        ),
        (
            "provisioner setup --wait",
            "listens until every webhook has been heard",
        ),
        (
            "provisioner sync",
            "the first full synchronization: shows its plan, then asks",
        ),
        ("provisioner serve", "from then on"),
    ];
    let lines = lines.map(|(command, what)| format!("{command:<26}# {what}"));
    Step::new("Check, and begin").lines(lines)
}

fn rows(webhook: &Webhook) -> Vec<Vec<String>> {
    let events: Vec<_> = webhook.events.iter().map(|event| event.shown_as).collect();
    let row = |title: &str, text: &str| vec![title.to_owned(), text.to_owned()];
    vec![
        row("name", webhook.name),
        row("address", &webhook.url),
        row("events", &events.join(", ")),
        row("who to listen for", webhook.listen_for),
        row("its secret", &format!("goes into {}", webhook.secret_in)),
    ]
}

fn name(section: &Section) -> String {
    match section.shown_as {
        Some(name) => name.to_owned(),
        None => format!("(id: {})", section.category),
    }
}
