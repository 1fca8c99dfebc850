//! The commands: one file or folder each.
//!
//! A command is a struct of arguments, whose documentation is its help, with a `run` that returns
//! how it ended. What it needs it takes from its [`Kit`]; what it found it hands to
//! [`Kit::report`]; what goes wrong is a [`Failure`] that names the next step. To add a command,
//! add its file here and a line to the two lists in `cli.rs`.

pub(crate) mod args;
mod catalog;
pub(crate) mod dead_letters;
pub(crate) mod demo;
pub(crate) mod doctor;
mod exit;
pub(crate) mod explain;
mod failure;
pub(crate) mod forget;
pub(crate) mod holds;
mod kit;
mod looking;
pub(crate) mod pause;
pub(crate) mod preview;
pub(crate) mod serve;
pub(crate) mod setup;
pub(crate) mod status;
mod steps;
mod stop;
pub(crate) mod sync;

pub(crate) use self::exit::Exit;
pub(crate) use self::failure::{Failure, next_step};
pub(crate) use self::kit::{Kit, Time};
