use super::super::options::{Adopt, Matching, PrivateMail, Relink, RestoreUnlinked};
use super::super::problem::Problem;
use super::super::reader::Section;

/// `[matching]`
pub(super) fn matching(top: &Section<'_, '_>) -> Matching {
    let section = top.section("matching", &KEYS);
    let default = Matching::default();
    let adopt = [("auto", Adopt::Auto), ("manual", Adopt::Manual)];
    let restore = [
        ("never", RestoreUnlinked::Never),
        ("same_name", RestoreUnlinked::SameName),
    ];
    Matching {
        adopt: section.choice("adopt", &adopt, default.adopt),
        restore_unlinked: section.choice("restore_unlinked", &restore, default.restore_unlinked),
        allowed_domains: domains(&section),
        private_mail: if section.flag("trust_personal_email", false) {
            PrivateMail::Trust
        } else {
            PrivateMail::Distrust
        },
        relink: if section.flag("auto_relink", false) {
            Relink::Auto
        } else {
            Relink::Propose
        },
    }
}

fn domains(section: &Section<'_, '_>) -> Vec<String> {
    let domains = section.texts("allowed_domains");
    let domains = domains.iter().filter_map(|found| {
        let domain = found.value.trim().to_lowercase();
        if domain.is_empty() || domain.contains(['@', '*', ' ', '/']) {
            let message = "`allowed_domains` lists host names such as \"example.com\"";
            section.problem(Problem::new(found.line, message));
            return None;
        }
        Some(domain)
    });
    domains.collect()
}

const KEYS: [&str; 5] = [
    "adopt",
    "restore_unlinked",
    "allowed_domains",
    "trust_personal_email",
    "auto_relink",
];
