use std::fmt;

/// How a verdict came about, stage by stage. It holds names of fields, ids and reasons, and never a
/// value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    lines: Vec<Line>,
}

/// One sentence of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// The stage that says it.
    pub stage: Stage,
    /// What it says.
    pub text: String,
}

/// The stages of a decision, in the order of their sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// What the record says.
    Standing,
    /// Whether the policy covers the person.
    Scope,
    /// Which account belongs to the person.
    Match,
    /// Where the policy takes everything from, by the names of Bob's fields.
    Origin,
    /// What is written into the account's fields.
    Fields,
    /// Which groups the rules grant.
    Groups,
    /// Where the manager comes from.
    Manager,
    /// What a return gives back.
    GiveBack,
    /// What the steps cost the guards, and what these hold.
    Guard,
    /// What it comes to, and why.
    Reason,
}

impl Explanation {
    /// The sentences in order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(crate) fn says(&self, stage: Stage) -> bool {
        self.lines.iter().any(|line| line.stage == stage)
    }

    /// Adds a sentence behind those of its stage and of the stages before it.
    pub(crate) fn say(&mut self, stage: Stage, text: impl Into<String>) {
        if self.lines.is_empty() {
            self.lines.reserve(MOST_HAVE);
        }
        let earlier = self.lines.iter().rposition(|line| line.stage <= stage);
        let line = Line {
            stage,
            text: text.into(),
        };
        self.lines.insert(earlier.map_or(0, |last| last + 1), line);
    }
}

impl Stage {
    /// The name shown in front of a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::Scope => "scope",
            Self::Match => "match",
            Self::Origin => "origin",
            Self::Fields => "fields",
            Self::Groups => "groups",
            Self::Manager => "manager",
            Self::GiveBack => "give back",
            Self::Reason => "reason",
            Self::Guard => "guard",
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.lines.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{:<9} {}", line.stage.as_str(), line.text)?;
        }
        Ok(())
    }
}

/// So many sentences have room before more is asked for.
const MOST_HAVE: usize = 32;
