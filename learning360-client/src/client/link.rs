//! The `Link` header (RFC 8288), as far as pages need it.

/// A `Link` header that does not follow RFC 8288.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MalformedLink;

/// The target of the first link to the next page, as it stands in the header.
///
/// Commas and semicolons may stand in a target or in a quoted text, names and relations are
/// compared without regard to case, and a link that speaks of another resource (`anchor`) is none.
pub(crate) fn next_page<'h>(
    headers: impl IntoIterator<Item = &'h [u8]>,
) -> Result<Option<String>, MalformedLink> {
    for header in headers {
        let header = core::str::from_utf8(header).map_err(|_| MalformedLink)?;
        let mut rest = Scanner(header);
        rest.skip(|c| is_blank(c) || c == ',');
        while !rest.0.is_empty() {
            let (target, is_next) = rest.link()?;
            if is_next {
                return Ok(Some(target.trim().to_owned()));
            }
            if !rest.0.is_empty() && !rest.eat(',') {
                return Err(MalformedLink);
            }
            rest.skip(|c| is_blank(c) || c == ',');
        }
    }
    Ok(None)
}

struct Scanner<'h>(&'h str);

impl<'h> Scanner<'h> {
    /// `<target> ; name=value ; name="value"`, and whether it leads to the next page.
    fn link(&mut self) -> Result<(&'h str, bool), MalformedLink> {
        if !self.eat('<') {
            return Err(MalformedLink);
        }
        let (target, rest) = self.0.split_once('>').ok_or(MalformedLink)?;
        self.0 = rest;
        let mut relation = None;
        let mut anchored = false;
        loop {
            self.skip(is_blank);
            if !self.eat(';') {
                break;
            }
            self.skip(is_blank);
            let name = self.token();
            self.skip(is_blank);
            let value = if self.eat('=') {
                self.value()?
            } else {
                String::new()
            };
            if name.eq_ignore_ascii_case("rel") && relation.is_none() {
                relation = Some(value);
            } else if name.eq_ignore_ascii_case("anchor") {
                anchored = true;
            }
        }
        let is_next = |relation: &String| {
            relation
                .split_ascii_whitespace()
                .any(|one| one.eq_ignore_ascii_case("next"))
        };
        Ok((target, !anchored && relation.as_ref().is_some_and(is_next)))
    }

    fn value(&mut self) -> Result<String, MalformedLink> {
        self.skip(is_blank);
        if !self.eat('"') {
            return Ok(self.token().to_owned());
        }
        let mut value = String::new();
        let mut chars = self.0.chars();
        loop {
            match chars.next().ok_or(MalformedLink)? {
                '"' => break,
                '\\' => value.push(chars.next().ok_or(MalformedLink)?),
                other => value.push(other),
            }
        }
        self.0 = chars.as_str();
        Ok(value)
    }

    fn token(&mut self) -> &'h str {
        let is_end = |c: char| is_blank(c) || matches!(c, ';' | ',' | '=' | '"');
        let end = self.0.find(is_end).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        token
    }

    fn eat(&mut self, wanted: char) -> bool {
        match self.0.strip_prefix(wanted) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn skip(&mut self, unwanted: impl Fn(char) -> bool) {
        self.0 = self.0.trim_start_matches(unwanted);
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    struct AnyLink {
        text: String,
        target: String,
        is_next: bool,
    }

    fn any_link() -> impl Strategy<Value = AnyLink> {
        let other = ("(title|type|x-[a-z]{1,4})", "[ -~]{0,12}").prop_map(|(name, value)| {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            format!("; {name}=\"{value}\"")
        });
        let relation = prop::sample::select(vec![
            ("; rel=next", true),
            ("; rel=\"prev NEXT\"", true),
            (";rel = next;rel=prev", true),
            ("; Rel=\"next\"; anchor=\"#a\"", false),
            ("; rel=prev; rel=next", false),
            ("; rel=\"nextpage\"", false),
            ("", false),
        ]);
        let others = || prop::collection::vec(other.clone(), 0..3);
        ("[!-;=?-~]{0,20}", others(), relation, others()).prop_map(
            |(target, before, (relation, is_next), after)| AnyLink {
                text: format!("<{target}>{}{relation}{}", before.concat(), after.concat()),
                target,
                is_next,
            },
        )
    }

    fn next(headers: &[&str]) -> Result<Option<String>, MalformedLink> {
        next_page(headers.iter().map(|header| header.as_bytes()))
    }

    #[test]
    fn the_next_page_is_found_wherever_it_stands() {
        for header in [
            "<n>; rel=\"next\"",
            "<n>;rel=next",
            "<n> ; REL = \"NEXT\"",
            " , <n>; rel=\"prev next\"",
            "<p>; rel=\"prev\", <n>; rel=\"next\"",
            "<p>; title=\"a, <x>; rel=\\\"next\\\"\"; rel=prev,<n>; rel=next",
            "<n>; title=x; rel=next; rel=prev, <m>; rel=next",
            "<n>; flag; rel=next,",
            "<n>;; rel=next",
            "< n >; rel=next",
        ] {
            assert_eq!(next(&[header]), Ok(Some("n".to_owned())), "{header}");
        }
        assert_eq!(
            next(&["<p>; rel=prev", "<n>; rel=next"]),
            Ok(Some("n".to_owned()))
        );
        assert_eq!(
            next(&["<https://x/?mail[in]=a,b;c&d=\"e>; rel=next"]),
            Ok(Some("https://x/?mail[in]=a,b;c&d=\"e".to_owned()))
        );
    }

    #[test]
    fn no_next_page_is_the_end() {
        for header in [
            "",
            " ",
            ",",
            "<n>",
            "<n>; rel=prev",
            "<n>; rel=nextpage",
            "<n>; rel",
            "<n>; rel=prev; rel=next",
            "<n>; anchor=\"#x\"; rel=next",
            "<n>; title=\"rel=next\"",
        ] {
            assert_eq!(next(&[header]), Ok(None), "{header}");
        }
        assert_eq!(next(&[]), Ok(None));
    }

    #[test]
    fn what_cannot_be_read_is_not_the_end() {
        for header in [
            "n; rel=next",
            "<n; rel=next",
            "<n>; rel=\"next",
            "<n>; rel=\"next\\",
            "<n> rel=next",
            "<p>; rel=prev <n>; rel=next",
        ] {
            assert_eq!(next(&[header]), Err(MalformedLink), "{header}");
        }
        assert_eq!(
            next_page([b"<\xff>; rel=next".as_slice()]),
            Err(MalformedLink)
        );
    }

    proptest! {
        #[test]
        fn the_parser_never_panics(header in any::<Vec<u8>>()) {
            drop(next_page([header.as_slice()]));
        }

        #[test]
        fn the_parser_never_panics_on_what_looks_like_a_link(
            header in "[<>;,=\" \\\\a-znext\u{e9}]{0,40}",
        ) {
            drop(next(&[&header]));
        }

        /// However many links there are, with whatever parameters, in one header or in several.
        #[test]
        fn the_first_link_with_the_relation_is_found(
            links in prop::collection::vec(any_link(), 0..6),
            separator in prop::sample::select(vec![", ", ",", " , ", ",,"]),
        ) {
            let wanted = links.iter().find(|link| link.is_next).map(|link| link.target.clone());
            let texts: Vec<_> = links.iter().map(|link| link.text.as_str()).collect();
            prop_assert_eq!(next(&[&texts.join(separator)]), Ok(wanted.clone()));
            prop_assert_eq!(next(&texts), Ok(wanted));
        }

        #[test]
        fn any_target_comes_back(target in "[!-;=?-~]{0,40}", title in "[ -~]{0,20}") {
            let title = title.replace('\\', "\\\\").replace('"', "\\\"");
            let header = format!("<p>; title=\"{title}\", <{target}>; title=\"{title}\"; rel=next");
            prop_assert_eq!(next(&[&header]), Ok(Some(target)));
        }
    }
}
