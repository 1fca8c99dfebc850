//! The calls about groups, custom fields, external IDs and jobs, and those in bulk.

mod bulk;
mod calls;
mod canary;
mod lists;
mod operations;
mod repeats;
