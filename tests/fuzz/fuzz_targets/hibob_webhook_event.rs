#![no_main]
#[path = "../bodies/hibob_webhook_event.rs"]
mod body;
libfuzzer_sys::fuzz_target!(|data: &[u8]| body::run(data));
