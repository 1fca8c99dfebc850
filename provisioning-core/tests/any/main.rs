//! Whatever the input is: no panic, no surprise, and the same bytes each time.

mod answers;
#[path = "../cases/mod.rs"]
mod cases;
mod decisions;
mod hints;
mod inputs;
mod policies;
mod texts;
