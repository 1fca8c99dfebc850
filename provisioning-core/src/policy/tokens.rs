/// One word of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'s> {
    /// A name, or a path of names joined by dots, without blanks.
    Name(String),
    /// A text, without its quotes.
    Text(&'s str),
    /// A number.
    Number(&'s str),
    /// An operator or a bracket.
    Mark(&'static str),
}

impl Token<'_> {
    pub(crate) fn is(&self, mark: &str) -> bool {
        matches!(self, Self::Mark(found) if *found == mark)
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Name(name) if name == word)
    }

    /// A path to a field: any name that is no word of the language.
    pub(crate) fn path(&self) -> Option<&str> {
        match self {
            Self::Name(name) if !WORDS.contains(&name.as_str()) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether an expression may end here, so that a bracket behind it would reach into a value.
    pub(crate) fn ends_value(&self) -> bool {
        match self {
            Self::Name(name) => VALUES.contains(&name.as_str()) || self.path().is_some(),
            Self::Text(_) | Self::Number(_) => true,
            Self::Mark(mark) => matches!(*mark, ")" | "]" | "}"),
        }
    }
}

/// Splits an expression into its words, or says which sign has no place in one.
///
/// The set of signs is closed: what the template language adds later is refused until it is
/// understood here.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token<'_>>, String> {
    if source.len() > MOST {
        return Err(format!("an expression has at most {MOST} bytes"));
    }
    let mut tokens = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '\'' | '"' => text(rest, first)?,
            'a'..='z' | 'A'..='Z' | '_' => path(rest)?,
            '0'..='9' => number(rest)?,
            _ => mark(rest, first)?,
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn text(rest: &str, quote: char) -> Result<(Token<'_>, &str), String> {
    let inner = rest.get(1..).unwrap_or_default();
    let (text, after) = inner
        .split_once(quote)
        .ok_or_else(|| "a text has no end".to_owned())?;
    if text.contains('\\') {
        return Err("a text must not contain `\\`; use the other kind of quotes".to_owned());
    }
    Ok((Token::Text(text), after))
}

fn path(rest: &str) -> Result<(Token<'_>, &str), String> {
    let (first, mut rest) = name(rest);
    let mut path = first.to_owned();
    while let Some(after) = rest.trim_start().strip_prefix('.') {
        let (part, after) = name(after.trim_start());
        if part.is_empty() {
            return Err(format!("`{path}.` needs a name behind the dot"));
        }
        path.push('.');
        path.push_str(part);
        rest = after;
    }
    Ok((Token::Name(path), rest))
}

fn name(rest: &str) -> (&str, &str) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
    rest.split_at_checked(if starts { end } else { 0 })
        .unwrap_or_default()
}

fn number(rest: &str) -> Result<(Token<'_>, &str), String> {
    let is_digit = |c: char| c.is_ascii_digit();
    let whole = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
    let fraction = rest.get(whole..).and_then(|after| after.strip_prefix('.'));
    let length = match fraction.map(|after| after.find(|c| !is_digit(c)).unwrap_or(after.len())) {
        Some(digits) if digits > 0 => whole + 1 + digits,
        _ => whole,
    };
    let (number, after) = rest.split_at_checked(length).unwrap_or_default();
    if after.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.') {
        return Err(format!("`{number}` is no number; put an id in quotes"));
    }
    Ok((Token::Number(number), after))
}

fn mark(rest: &str, first: char) -> Result<(Token<'_>, &str), String> {
    if let Some(brackets) = ["{{", "{%", "{#"]
        .iter()
        .find(|open| rest.starts_with(**open))
    {
        debug_assert!(!brackets.is_empty());
        return Err("write an expression, without `{{ }}` or `{% %}`".to_owned());
    }
    let found = MARKS.iter().find(|mark| rest.starts_with(**mark));
    // `**` and `//` begin with marks of their own, which are refused as well.
    let found = found.ok_or_else(|| match first {
        '.' => "a dot may only join the parts of a field's name".to_owned(),
        _ => format!("`{first}` has no place in an expression"),
    })?;
    Ok((
        Token::Mark(found),
        rest.get(found.len()..).unwrap_or_default(),
    ))
}

/// Words of the language.
pub(crate) const WORDS: [&str; 10] = [
    "and", "else", "false", "if", "in", "is", "none", "not", "or", "true",
];

/// Those of them that are values.
const VALUES: [&str; 3] = ["false", "none", "true"];

/// Longer marks first.
const MARKS: [&str; 18] = [
    "==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", "|", "~", "+", "-",
];

/// Longer expressions are mistakes.
const MOST: usize = 8_192;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_hide_what_looks_like_code() {
        let found = tokens(r#"first_of(work . title, "label('x') | trim", 'a"b') ~ 1.5"#);
        let expected = [
            Token::Name("first_of".to_owned()),
            Token::Mark("("),
            Token::Name("work.title".to_owned()),
            Token::Mark(","),
            Token::Text("label('x') | trim"),
            Token::Mark(","),
            Token::Text("a\"b"),
            Token::Mark(")"),
            Token::Mark("~"),
            Token::Number("1.5"),
        ];
        assert_eq!(found, Ok(expected.to_vec()));
    }

    #[test]
    fn signs_of_which_nothing_good_comes_are_refused() {
        for source in [
            "a * 2",
            "a ** 2",
            "a / b",
            "a // b",
            "a % b",
            "f(x=1)",
            "{# c #}",
            "{{ a }}",
            "{% if a %}",
            "a ?? b",
            "a.0",
            "'x'.upper",
            "a; b",
            "'a\\'b'",
            "'open",
            "é",
            "a.é",
            "0x1F",
            "1e9",
            "12ab",
            "1.",
            "@lists",
            "a\u{0}",
            "!a",
            "a\\b",
            "`a`",
            "$a",
            "a & b",
        ] {
            assert!(tokens(source).is_err(), "{source}");
        }
    }
}
