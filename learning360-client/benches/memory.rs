//! How much memory it takes to go through 100,000 users: at most that of two pages.
#![allow(clippy::print_stdout, reason = "a bench prints what it measures")]

mod support;

use learning360_client::{Client, User};
use peak_alloc::PeakAlloc;
use tokio::runtime::Runtime;

use crate::support::{client, stand_in, user};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const USERS_OF_A_PAGE: usize = 500;

const PAGES: usize = 200;

fn main() {
    let users: Vec<_> = (0..USERS_OF_A_PAGE).map(user).collect();
    let body = format!("[{}]", users.join(","));
    drop(users);
    let wire = body.len();
    let before = ALLOCATOR.current_usage();
    let decoded: Vec<User> = serde_json::from_str(&body).expect("a page");
    let page = wire + ALLOCATOR.current_usage() - before;
    drop(decoded);
    let origin = stand_in(user(1), body, PAGES);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let client = client(&origin);
    // Connections, the token, and what reqwest sets up once.
    let id = "507f1f77bcf86cd799439011".try_into().expect("an id");
    runtime.block_on(client.users().get(&id)).expect("a user");

    let one = peak_of(&runtime, USERS_OF_A_PAGE, first_page(&client));
    println!(
        "a page of {USERS_OF_A_PAGE} users: {} on the wire and decoded, {} with the buffers of the \
         connection that it comes through",
        kilobytes(page),
        kilobytes(one)
    );
    let count = USERS_OF_A_PAGE * PAGES;
    let by_item = peak_of(&runtime, count, item_by_item(&client));
    let by_page = peak_of(&runtime, count, page_by_page(&client));
    for (told, peak) in [("item by item", by_item), ("page by page", by_page)] {
        println!(
            "{count} users {told}: at most {} at a time, {:.2} times what one page takes \
             ({:.2} times the page alone)",
            kilobytes(peak),
            ratio(peak, one),
            ratio(peak, page),
        );
        assert!(peak <= 2 * one, "more than two pages are held");
    }
}

async fn first_page(client: &Client) -> usize {
    let mut users = client.users().list().pages();
    let page = users.next_page().await.expect("a page");
    page.map_or(0, |page| page.len())
}

async fn item_by_item(client: &Client) -> usize {
    let mut users = client.users().list().pages();
    let mut count = 0;
    while users.next_item().await.expect("an item").is_some() {
        count += 1;
    }
    count
}

async fn page_by_page(client: &Client) -> usize {
    let mut users = client.users().list().pages();
    let mut count = 0;
    while let Some(page) = users.next_page().await.expect("a page") {
        count += page.len();
    }
    count
}

fn peak_of(runtime: &Runtime, count: usize, walk: impl Future<Output = usize>) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    assert_eq!(runtime.block_on(walk), count);
    ALLOCATOR.peak_usage() - before
}

fn kilobytes(bytes: usize) -> String {
    format!("{} kB", bytes.div_ceil(1000))
}

#[allow(clippy::cast_precision_loss, reason = "a few megabytes")]
fn ratio(bytes: usize, page: usize) -> f64 {
    bytes as f64 / page as f64
}
