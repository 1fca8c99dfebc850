use std::fmt;

use hibob_client::FieldId;

/// Everything that is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PolicyProblems {
    problems: Vec<Problem>,
}

/// One thing that is wrong with a policy, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Problem {
    /// The line in the file, counted from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl PolicyProblems {
    /// The problems in the order of the file.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn one(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
        }
    }

    pub(crate) fn check(mut problems: Vec<Problem>) -> Result<(), Self> {
        problems.sort();
        problems.dedup();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self { problems })
        }
    }
}

impl Problem {
    pub(crate) fn new(line: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }

    pub(crate) fn unknown_field<'a>(
        line: usize,
        field: &FieldId,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let nearest = nearest(field.as_str(), known);
        Self::new(
            line,
            format!("Bob has no field `{field}`{}", did_you_mean(nearest)),
        )
    }

    pub(crate) fn unknown_word<'a>(
        line: usize,
        kind: &str,
        word: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let nearest = nearest(word, known);
        Self::new(
            line,
            format!("unknown {kind} `{word}`{}", did_you_mean(nearest)),
        )
    }
}

/// The known word that is most like the given one, if any is at most so many letters away.
pub(crate) fn nearest_within<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str>,
    most: usize,
) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The known word that is most like the given one, if any is like it at all.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(2))
        .min()
        .map(|(_, candidate)| candidate)
}

pub(crate) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|word| format!("; did you mean `{word}`?"))
        .unwrap_or_default()
}

impl fmt::Display for PolicyProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the policy cannot be used")?;
        for Problem { line, message } in &self.problems {
            write!(f, "\n  line {line}: {message}")?;
        }
        Ok(())
    }
}
