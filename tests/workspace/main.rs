//! Checks of the workspace itself: what the pure core depends on, and how the files are kept.

mod files;
mod purity;
