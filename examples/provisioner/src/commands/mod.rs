//! The commands: one file or folder each.
//!
//! A command is a struct of arguments, whose documentation is its help, with a `run` that returns
//! how it ended. What it needs it takes from its [`Kit`]; what it found it hands to
//! [`Kit::report`]; what goes wrong is a [`Failure`] that names the next step. To add a command,
//! add its file here and a line to the two lists in `cli.rs`.

pub(crate) mod args;
pub(crate) mod dead_letters;
pub(crate) mod demo;
pub(crate) mod doctor;
mod exit;
mod failure;
pub(crate) mod forget;
pub(crate) mod holds;
mod kit;
pub(crate) mod pause;
pub(crate) mod serve;
pub(crate) mod setup;
pub(crate) mod status;
mod stop;

pub(crate) use self::exit::Exit;
pub(crate) use self::failure::Failure;
pub(crate) use self::kit::{Kit, Time};
