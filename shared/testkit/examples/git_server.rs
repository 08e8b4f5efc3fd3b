//! A Git server for scripts: `git_server ROOT [PORT [USER]]` serves the bare repositories below ROOT and prints its URL.
//! With a USER, only who has the token in `GIT_SERVER_TOKEN` gets in. Ends when its input does.

use std::io::{Read as _, Write as _};

use testkit::GitServer;

fn main() -> std::io::Result<()> {
    let mut words = std::env::args().skip(1);
    let root = words.next().unwrap_or_else(|| ".".to_owned());
    let port = words.next().and_then(|port| port.parse().ok()).unwrap_or(0);
    let user = words.next();
    let token = std::env::var("GIT_SERVER_TOKEN").unwrap_or_default();
    let credential = user.as_deref().map(|user| (user, token.as_str()));
    let server = GitServer::start_at(root.as_ref(), credential, port)?;
    writeln!(std::io::stdout(), "{}", server.url(""))?;
    std::io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
