/// Breaks a text between words into lines of at most so many characters; a longer word stands
/// alone.
pub(crate) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_never_broken_and_lines_are_never_longer_than_they_may_be() {
        let text = "a bb ccc dddd eeeee-ffffff g";
        assert_eq!(wrapped(text, 8), ["a bb ccc", "dddd", "eeeee-ffffff", "g"]);
        assert_eq!(wrapped(text, 100), [text]);
        assert_eq!(wrapped("", 8), [""]);
    }
}
