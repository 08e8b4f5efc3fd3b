//! The page, in a real browser that chromedriver steers: it asks the network for nothing, its filter works, a phone can show
//! it, and no name out of a history becomes markup.
//!
//! Without chromium and chromedriver on this machine the tests say so and pass; where `CI` is set they fail.

mod page;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testkit::script::token;

use crate::formats::hostile;
use crate::workbench::Bench;
use page::{DESKTOP, PHONE, Page};

/// Beside a verdict: clean, incomplete.
const GREEN: &str = "rgb(34, 170, 119)";
const AMBER: &str = "rgb(204, 136, 0)";

/// The page of a scan of `repo`, beside it.
fn report(bench: &Bench) -> PathBuf {
    let scan = ["scan", "--repo-path", "repo", "--format", "html"];
    let run = bench.run(&[&scan[..], &["--output", "report.html"]].concat());
    assert!(matches!(run.code, Some(0 | 1 | 3)), "{run:?}");
    bench.path().join("report.html")
}

/// A thousand tokens in as many files below two folders.
fn many() -> Bench {
    let bench = Bench::with_commit();
    for folder in ["orders", "billing"] {
        fs::create_dir(bench.repo().join(folder)).unwrap();
    }
    for n in 0..1000 {
        let folder = if n % 4 == 0 { "orders" } else { "billing" };
        let name = format!("{folder}/a-service-with-a-rather-long-name-{n:04}.env");
        fs::write(bench.repo().join(name), format!("T={}\n", token(n))).unwrap();
    }
    bench.commit("Add the services");
    bench.git(&["rm", "-q", "orders/*"]);
    bench.commit("Remove a folder");
    bench
}

async fn shown(page: &Page) -> (usize, String) {
    let script = "return [Array.from(document.querySelectorAll('tbody tr')).filter((row) => row.offsetParent).length,
        document.getElementById('count').textContent]";
    let told = page.ask(script).await;
    let rows = usize::try_from(told[0].as_u64().unwrap()).unwrap();
    (rows, told[1].as_str().unwrap().to_owned())
}

/// By how many pixels the document is wider than the window.
async fn overflow(page: &Page) -> i64 {
    let script =
        "const root = document.documentElement; return root.scrollWidth - root.clientWidth";
    page.ask(script).await.as_i64().unwrap()
}

#[test]
fn the_filter_shows_what_fits_and_counts_it() {
    let bench = many();
    page::open(&report(&bench), DESKTOP, async |page| {
        assert_eq!(shown(&page).await, (1000, "1000 of 1000 shown".to_owned()));
        page.type_into("path", "orders/").await;
        assert_eq!(shown(&page).await, (250, "250 of 1000 shown".to_owned()));
        page.type_into("text", "NAME-0004").await;
        assert_eq!(shown(&page).await, (1, "1 of 1000 shown".to_owned()));
        page.type_into("text", "!").await;
        assert_eq!(shown(&page).await, (0, "0 of 1000 shown".to_owned()));
        page.clear("path").await;
        page.clear("text").await;
        page.choose("state", "still in a tip").await;
        assert_eq!(shown(&page).await.0, 750);
        page.choose("severity", "critical").await;
        page.choose("rule", "github-token").await;
        assert_eq!(shown(&page).await.0, 750);
    });
}

#[test]
fn nothing_is_asked_of_the_network_and_nothing_goes_wrong() {
    for bench in [many(), hostile(), Bench::with_commit()] {
        page::open(&report(&bench), DESKTOP, async |page| {
            let told = page.complaints().await;
            assert!(told.is_empty(), "{told:?}");
            let asked = page.requests().await;
            assert!(
                asked.len() == 1
                    && asked[0].starts_with("file:")
                    && asked[0].ends_with("/report.html"),
                "{asked:?}"
            );
        });
    }
}

#[test]
fn a_phone_shows_the_page_without_scrolling_sideways() {
    for bench in [many(), hostile(), long_names(), Bench::with_commit()] {
        let file = report(&bench);
        page::open(&file, PHONE, async |page| {
            let window = page.ask("return window.innerWidth").await;
            assert_eq!((window, overflow(&page).await), (json!(PHONE.0), 0));
        });
    }
}

/// What a person reads above the findings, the colour beside the verdict, what else is shown of a page that lists findings
/// (filter, table, the advice to revoke them), and the facts.
async fn read(page: &Page) -> [Value; 4] {
    let script = "const verdict = document.querySelector('.verdict');
        const told = document.body.innerText;
        const lists = Array.from(document.querySelectorAll('form, table')).filter((one) => one.offsetParent).length;
        return [verdict.innerText, getComputedStyle(verdict).borderLeftColor,
            [lists, told.includes('Revoke')], document.querySelector('dl').innerText]";
    let told = page.ask(script).await;
    [0, 1, 2, 3].map(|at| told[at].clone())
}

#[test]
fn a_clean_history_has_a_page_that_lists_nothing() {
    let bench = Bench::with_commit();
    let file = report(&bench);
    for size in [DESKTOP, PHONE] {
        page::open(&file, size, async |page| {
            let [verdict, colour, lists, facts] = read(&page).await;
            assert_eq!(verdict, "clean: no secret in any object");
            assert_eq!((colour, lists), (json!(GREEN), json!([0, false])));
            let facts = facts.as_str().unwrap();
            assert!(facts.contains("3 of 3 objects"), "{facts}");
            assert!(!facts.contains("Not searched"), "{facts}");
            assert_eq!(overflow(&page).await, 0);
        });
    }
}

#[test]
fn a_scan_that_is_incomplete_has_a_page_that_says_so_and_what_is_missing() {
    for (bench, told, wanted) in [
        (
            Bench::with_commit(),
            "INCOMPLETE: nothing found in what could be read",
            json!([0, false]),
        ),
        (
            Bench::with_secrets(),
            "INCOMPLETE: at least 2 secrets",
            json!([2, true]),
        ),
    ] {
        let broken = bench.break_object("HEAD:README.md");
        let file = report(&bench);
        page::open(&file, PHONE, async |page| {
            let [verdict, colour, lists, facts] = read(&page).await;
            assert!(verdict.as_str().unwrap().starts_with(told), "{verdict}");
            assert_eq!((colour, lists), (json!(AMBER), wanted));
            let facts = facts.as_str().unwrap();
            assert!(facts.contains("Not searched"), "{facts}");
            assert!(facts.contains(&broken), "{facts}");
            assert_eq!(overflow(&page).await, 0);
            let complaints = page.complaints().await;
            assert!(complaints.is_empty(), "{complaints:?}");
        });
    }
}

/// Names without a place to break them.
fn long_names() -> Bench {
    let bench = Bench::with_commit();
    let (name, mut author) = ("n".repeat(200), String::from("--author="));
    fs::write(bench.repo().join(name), format!("T={}\n", token(1))).unwrap();
    write!(author, "{} <a@example.com>", "A".repeat(300)).unwrap();
    bench.git(&["add", "-A"]);
    bench.git(&["commit", "-q", "-m", "Add a file", &author]);
    bench
}

#[test]
fn what_a_history_says_does_not_become_markup() {
    let bench = hostile();
    let file = report(&bench);
    page::open(&file, DESKTOP, async |page| {
        let script =
            "return [document.querySelectorAll('img, iframe, object, script[src], link').length,
            document.scripts.length, document.querySelectorAll('tbody tr').length,
            document.querySelector('tbody').textContent.includes('<img src=x')]";
        assert_eq!(page.ask(script).await, json!([0, 1, 2, true]));
    });
    // The oracle: the same page with a hole is seen to be one.
    let holed = with_a_hole(&file);
    page::open(&holed, DESKTOP, async |page| {
        let images = page.ask("return document.images.length").await;
        assert_eq!(images, json!(1));
        assert!(
            !page.complaints().await.is_empty(),
            "its policy refuses the image"
        );
    });
}

fn with_a_hole(file: &Path) -> PathBuf {
    let text = fs::read_to_string(file).unwrap();
    let holed = file.with_file_name("holed.html");
    let image = "<main><img src=\"http://127.0.0.1:9/x\">";
    fs::write(&holed, text.replace("<main>", image)).unwrap();
    holed
}
