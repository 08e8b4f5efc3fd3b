//! A page in chromium without a window, by chromedriver.

use std::io::{BufRead as _, BufReader, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use thirtyfour::{
    By, Capabilities, ChromiumLikeCapabilities as _, DesiredCapabilities, Key,
    LoggingPrefsLogLevel, WebDriver,
};

/// Width and height of a window, in the page's pixels.
pub(super) type Size = (u32, u32);

pub(super) const DESKTOP: Size = (1280, 900);
pub(super) const PHONE: Size = (360, 800);

/// An open page.
pub(super) struct Page {
    driver: WebDriver,
}

/// Opens a file in a browser of its own, which is gone afterwards.
pub(super) fn open(file: &Path, size: Size, test: impl AsyncFnOnce(Page)) {
    let Some(server) = Server::start() else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let started = WebDriver::new(server.address(), capabilities(size));
    let driver = runtime.block_on(started).unwrap();
    let (page, url) = (
        Page {
            driver: driver.clone(),
        },
        url::Url::from_file_path(file).unwrap(),
    );
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            page.driver.goto(url.as_str()).await.unwrap();
            test(page).await;
        });
    }));
    // A browser that is not told to end stays.
    runtime.block_on(driver.quit()).unwrap();
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

fn capabilities(size: Size) -> Capabilities {
    let mut wanted = DesiredCapabilities::chrome();
    for switch in [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
    ] {
        wanted.add_arg(switch).unwrap();
    }
    let screen = json!({ "width": size.0, "height": size.1, "pixelRatio": 1.0 });
    let emulation = json!({ "deviceMetrics": screen });
    wanted
        .add_experimental_option("mobileEmulation", emulation)
        .unwrap();
    for log in ["browser", "performance"] {
        wanted
            .set_logging_prefs(log, LoggingPrefsLogLevel::All)
            .unwrap();
    }
    wanted.into()
}

impl Page {
    /// What a script returns.
    pub(super) async fn ask(&self, script: &str) -> Value {
        let answer = self.driver.execute(script, Vec::new()).await.unwrap();
        answer.json().clone()
    }

    pub(super) async fn type_into(&self, id: &str, text: &str) {
        let field = self.driver.find(By::Id(id)).await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub(super) async fn clear(&self, id: &str) {
        let field = self.driver.find(By::Id(id)).await.unwrap();
        let all = Key::Control + "a";
        field.send_keys(all + Key::Backspace).await.unwrap();
    }

    pub(super) async fn choose(&self, id: &str, option: &str) {
        let path = format!("//select[@id='{id}']/option[.='{option}']");
        let option = self.driver.find(By::XPath(path)).await.unwrap();
        option.click().await.unwrap();
    }

    /// Errors and warnings of the console.
    pub(super) async fn complaints(&self) -> Vec<String> {
        let log = self.driver.get_log("browser").await.unwrap();
        log.into_iter().map(|entry| entry.message).collect()
    }

    /// The addresses of all requests so far.
    pub(super) async fn requests(&self) -> Vec<String> {
        let log = self.driver.get_log("performance").await.unwrap();
        let address = |text: &str| {
            let entry: Value = serde_json::from_str(text).unwrap();
            let event = &entry["message"];
            let is_request = event["method"] == "Network.requestWillBeSent";
            let url = event["params"]["request"]["url"].as_str()?;
            is_request.then(|| url.to_owned())
        };
        log.iter()
            .filter_map(|entry| address(&entry.message))
            .collect()
    }
}

/// A chromedriver that is killed when it is dropped.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// None where this machine has no browser and is not CI's.
    #[allow(clippy::print_stderr)] // a skipped test says so
    fn start() -> Option<Self> {
        let start = Command::new("chromedriver")
            .args(["--port=0"])
            .stdout(Stdio::piped())
            .spawn();
        let mut process = match start {
            Ok(process) => process,
            Err(error) => {
                assert!(std::env::var_os("CI").is_none(), "chromedriver: {error}");
                eprintln!(
                    "skipped: no chromedriver ({error}); install chromium and chromium-driver"
                );
                return None;
            }
        };
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let port = said.by_ref().lines().map(Result::unwrap).find_map(|line| {
            let (_, rest) = line.split_once("started successfully on port ")?;
            rest.trim_end_matches('.').parse().ok()
        });
        let port = port.expect("chromedriver says where it listens");
        process.stdout = Some(said.into_inner());
        Some(Self { process, port })
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
