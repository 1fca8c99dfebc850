//! How many cases a property runs.

use std::env;

use proptest::test_runner::Config;

/// So many cases, unless `PROPTEST_CASES` says how many.
pub(crate) fn cases(number: u32) -> Config {
    match env::var_os("PROPTEST_CASES") {
        Some(_) => Config::default(),
        None => Config::with_cases(number),
    }
}
