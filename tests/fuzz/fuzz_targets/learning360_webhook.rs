#![no_main]
#[path = "../bodies/learning360_webhook.rs"]
mod body;
libfuzzer_sys::fuzz_target!(|data: &[u8]| body::run(data));
