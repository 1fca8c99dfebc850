use serde::{Deserialize, Serialize};

/// Whether Bob shows as many people as it should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SourceHealth {
    /// It does.
    #[default]
    Good,
    /// Clearly fewer than last time: nobody is deactivated for not being listed.
    Shrunken,
    /// Nobody at all: the synchronization is given up.
    Empty,
}

/// Compares how many people Bob lists with how many it listed at the last good time.
///
/// Less than nine tenths is suspicious, and an empty list is never believed.
pub fn source_health(last_good: Option<u64>, listed: u64) -> SourceHealth {
    if listed == 0 {
        return SourceHealth::Empty;
    }
    let suspicious = last_good.is_some_and(|good| u128::from(listed) * 10 < u128::from(good) * 9);
    if suspicious {
        SourceHealth::Shrunken
    } else {
        SourceHealth::Good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grd_08_and_grd_09_an_empty_or_shrunken_source_is_not_believed() {
        let table = [
            (None, 0, SourceHealth::Empty),
            (Some(1_000), 0, SourceHealth::Empty),
            (Some(1_000), 899, SourceHealth::Shrunken),
            (Some(1_000), 900, SourceHealth::Good),
            (None, 1, SourceHealth::Good),
            (Some(u64::MAX), u64::MAX, SourceHealth::Good),
        ];
        for (good, listed, health) in table {
            assert_eq!(source_health(good, listed), health, "{good:?} {listed}");
        }
    }
}
