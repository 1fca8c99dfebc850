#![no_main]
#[path = "../bodies/hibob_search_splitter.rs"]
mod body;
libfuzzer_sys::fuzz_target!(|data: &[u8]| body::run(data));
