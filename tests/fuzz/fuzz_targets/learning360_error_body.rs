#![no_main]
#[path = "../bodies/learning360_error_body.rs"]
mod body;
libfuzzer_sys::fuzz_target!(|data: &[u8]| body::run(data));
