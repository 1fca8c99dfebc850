//! The calls about users.

mod calls;
mod canary;
mod custom_values;
mod files;
mod operations;
mod pages;
mod repeats;
