use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use learning360_client::{Image, ImageType, InstantFilter, TextFilter, UserId};

/// Generated inputs of a call: the same ones for the same turn. It keeps the values that must
/// arrive.
#[derive(Clone)]
pub(super) struct Input {
    random: Rng,
    turn: usize,
    /// What the operation takes, by [`slots`](system_tests::openapi::slots).
    slots: Arc<BTreeSet<String>>,
    given: Arc<Mutex<Vec<String>>>,
}

impl Input {
    pub(super) fn new(turn: usize, slots: &Arc<BTreeSet<String>>) -> Self {
        Self {
            random: Rng::with_seed(turn as u64),
            turn,
            slots: slots.clone(),
            given: Arc::default(),
        }
    }

    /// The values so far that must arrive.
    pub(super) fn given(&self) -> Vec<String> {
        self.given.lock().expect("no panic").clone()
    }

    fn give(&self, value: &str) {
        self.given.lock().expect("no panic").push(value.to_owned());
    }

    /// An id of any resource.
    pub(super) fn id<T: TryFrom<String>>(&mut self) -> T {
        let digits = (0..24).map(|_| self.one_of(b"0123456789abcdefABCDEF"));
        let digits: String = digits.map(char::from).collect();
        // The client writes ids in small letters.
        self.give(&digits.to_lowercase());
        T::try_from(digits).unwrap_or_else(|_| panic!("24 digits are an id"))
    }

    /// A text that breaks careless code, a different one each time.
    pub(super) fn text(&mut self) -> String {
        let text = format!("{}{}", self.one_of(&WORDS), self.random.u32(..));
        self.give(&text);
        text
    }

    /// Texts, possibly none.
    pub(super) fn texts(&mut self) -> Vec<String> {
        (0..self.random.usize(0..4)).map(|_| self.text()).collect()
    }

    pub(super) fn mail(&mut self) -> String {
        let name = self.one_of(&["ada+lms", "o'neil#1", "zoë", "a,b&c=d%2B", "ada"]);
        let mail = format!("{name}{}@example.com", self.random.u32(..));
        self.give(&mail);
        mail
    }

    /// An instant of this century, in whole milliseconds.
    pub(super) fn instant(&mut self) -> Timestamp {
        let at = self.random.i64(946_684_800_000..4_000_000_000_000);
        let at = Timestamp::from_millisecond(at).expect("in range");
        self.give(&format!("{at:.3}"));
        at
    }

    /// An instant and another up to three days later.
    pub(super) fn frame(&mut self) -> (Timestamp, Timestamp) {
        let from = self.instant();
        let until = from + SignedDuration::from_secs(self.random.i64(1..=3 * 86_400));
        self.give(&format!("{until:.3}"));
        (from, until)
    }

    pub(super) fn day(&mut self) -> Date {
        let (month, day) = (self.random.i8(1..=12), self.random.i8(1..=28));
        let day = Date::new(self.random.i16(2000..2050), month, day).expect("a day");
        self.give(&day.to_string());
        day
    }

    pub(super) fn color(&mut self) -> String {
        let color = format!("#{:06x}", self.random.u32(..0x0100_0000));
        self.give(&color);
        color
    }

    pub(super) fn subdomain(&mut self) -> String {
        let subdomain = format!("a-{}", self.random.u32(..));
        self.give(&subdomain);
        subdomain
    }

    /// An image of one of these types.
    pub(super) fn image(&mut self, kinds: &[ImageType]) -> Image {
        Image::new(self.each(kinds), self.text()).expect("small")
    }

    pub(super) fn flip(&mut self) -> bool {
        self.random.bool()
    }

    pub(super) fn one_of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.random.usize(..items.len())].clone()
    }

    /// One of these, each in its turn.
    pub(super) fn each<T: Clone>(&self, items: &[T]) -> T {
        items[self.turn % items.len()].clone()
    }

    /// One of the values that the files name for a place, each in its turn.
    pub(super) fn declared(&self, place: &str) -> &str {
        let values = self.slots.iter().filter_map(|slot| {
            let (found, value) = slot.split_once('=')?;
            (found == place && value != "null").then_some(value)
        });
        let values: Vec<&str> = values.collect();
        assert!(!values.is_empty(), "{place} has no values");
        // A filter's operator changes with every turn, and its value with every fourth.
        let turn = if place.starts_with("query.") {
            self.turn / 4
        } else {
            self.turn
        };
        let value = values[turn % values.len()];
        self.give(value);
        value
    }

    /// A condition with each operator in its turn.
    pub(super) fn filter(&mut self) -> TextFilter {
        let mut values = vec![self.text()];
        if self.is_list() {
            values.extend(self.texts());
        }
        self.filter_by(values)
    }

    /// A condition on an id, with each operator in its turn.
    pub(super) fn id_filter(&mut self) -> TextFilter {
        let count = if self.is_list() {
            self.one_of(&[1, 2, 5])
        } else {
            1
        };
        let ids = (0..count).map(|_| self.id::<UserId>());
        let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
        self.filter_by(ids)
    }

    /// A condition on a field of which the files name the values, with each operator in its turn.
    pub(super) fn filter_declared(&mut self, field: &str) -> TextFilter {
        let operator = ["eq", "ne", "in", "nin"][self.turn % 4];
        let list = if self.is_list() { "[]" } else { "" };
        let value = self.declared(&format!("query.{field}.{operator}{list}"));
        self.filter_by(vec![value.to_owned()])
    }

    /// Whether a condition is on a list of values in this turn.
    fn is_list(&self) -> bool {
        self.turn % 4 >= 2
    }

    fn filter_by(&self, values: Vec<String>) -> TextFilter {
        let first = values[0].clone();
        match self.turn % 4 {
            0 => TextFilter::is(first),
            1 => TextFilter::is_not(first),
            2 => TextFilter::one_of(values).expect("not empty"),
            _ => TextFilter::none_of(values).expect("not empty"),
        }
    }

    pub(super) fn instant_filter(&mut self) -> InstantFilter {
        let at = self.instant();
        self.each(&[InstantFilter::From(at), InstantFilter::Before(at)])
    }
}

/// Beginnings of texts: of several scripts, and what means something in a path, a query, JSON, a
/// form or a terminal.
const WORDS: [&str; 14] = [
    "Ada ",
    "  blanks at both ends ",
    "O’Neil & Söhne=",
    "a+b#c,d;e%2B",
    "../?x[eq]=y&",
    "{\"json\": \"\\u0041\"}",
    "'; DROP TABLE",
    "line\r\nbreak\ttab",
    "--form-data\r\n\r\n--",
    "<b>&amp;</b>",
    "山田太郎",
    "محمد\u{202e}الفارسي",
    "🦀👩\u{200d}👩\u{200d}👧",
    "\u{1}e\u{301}",
];
