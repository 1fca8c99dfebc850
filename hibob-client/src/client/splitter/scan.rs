//! Finds the end of one JSON value.

use memchr::memchr2;

/// Where in a value the bytes read so far have ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan {
    kind: Kind,
    is_in_string: bool,
    /// Whether the next byte of the string means nothing of its own.
    is_escaped: bool,
    depth: u64,
    /// The brackets that are open, the innermost lowest: 1 for a list. Only the outermost
    /// [`CHECKED_DEPTH`] are known.
    open: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A number, `true`, `false` or `null`: ends before what follows it.
    Plain,
    /// A string: ends with its second quote.
    Text,
    /// An object or a list: ends with its last bracket.
    Nested,
}

impl Default for Scan {
    fn default() -> Self {
        Self {
            kind: Kind::Plain,
            is_in_string: false,
            is_escaped: false,
            depth: 0,
            open: 0,
        }
    }
}

impl Scan {
    /// At the first byte of a value, which is still to be given to [`end`](Self::end); `None` if no
    /// value begins so.
    pub(super) fn begin(byte: u8) -> Option<Self> {
        let kind = match byte {
            b'{' | b'[' => Kind::Nested,
            b'"' => Kind::Text,
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => Kind::Plain,
            _ => return None,
        };
        Some(Self {
            kind,
            ..Self::default()
        })
    }

    /// How many of these bytes belong to the value, if it ends in or right before them. The
    /// error is the place of a bracket that does not match.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Result<Option<usize>, usize> {
        if self.kind == Kind::Plain {
            let is_end =
                |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
            return Ok(bytes.iter().position(is_end));
        }
        let mut index = 0;
        loop {
            if self.is_in_string {
                if self.is_escaped {
                    if index >= bytes.len() {
                        return Ok(None);
                    }
                    index += 1;
                    self.is_escaped = false;
                }
                let rest = bytes.get(index..).unwrap_or_default();
                let Some(found) = memchr2(b'"', b'\\', rest) else {
                    return Ok(None);
                };
                index += found + 1;
                if rest.get(found) == Some(&b'\\') {
                    self.is_escaped = true;
                    continue;
                }
                self.is_in_string = false;
                if self.kind == Kind::Text {
                    return Ok(Some(index));
                }
            }
            let rest = bytes.get(index..).unwrap_or_default();
            let Some(found) = rest.iter().position(|byte| MEANS[usize::from(*byte)]) else {
                return Ok(None);
            };
            index += found + 1;
            match rest.get(found) {
                Some(b'"') => self.is_in_string = true,
                Some(b'{') => self.open(0),
                Some(b'[') => self.open(1),
                Some(b'}') => self.close(0).map_err(|()| index - 1)?,
                _ => self.close(1).map_err(|()| index - 1)?,
            }
            if self.depth == 0 && !self.is_in_string {
                return Ok(Some(index));
            }
        }
    }

    fn open(&mut self, kind: u128) {
        self.depth += 1;
        if self.depth <= CHECKED_DEPTH {
            self.open = self.open << 1 | kind;
        }
    }

    fn close(&mut self, kind: u128) -> Result<(), ()> {
        if self.depth <= CHECKED_DEPTH {
            if self.open & 1 != kind {
                return Err(());
            }
            self.open >>= 1;
        }
        self.depth -= 1;
        Ok(())
    }
}

/// Deeper than this the JSON decoder refuses a record anyway.
const CHECKED_DEPTH: u64 = 128;

/// The bytes that mean something outside of strings.
static MEANS: [bool; 256] = {
    let mut means = [false; 256];
    means[b'"' as usize] = true;
    means[b'{' as usize] = true;
    means[b'}' as usize] = true;
    means[b'[' as usize] = true;
    means[b']' as usize] = true;
    means
};
