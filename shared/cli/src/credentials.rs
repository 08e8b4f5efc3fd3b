//! The credential for a host: from the environment or a prompt, never from an argument or an address.

use std::io::IsTerminal as _;

use console::Term;
use domain::{GitCredential, RemoteUrl, Secret};

use crate::args::CredentialArgs;
use crate::{CliError, interrupt};

/// Holds the password or token, unless `--credential-env` names another variable.
pub(crate) const TOKEN: &str = "DEPLOYGUARD_TOKEN";
/// Holds the user name.
pub(crate) const USERNAME: &str = "DEPLOYGUARD_USERNAME";

/// Hosts that take a token accept any user name, but not an empty one.
const ANY_USERNAME: &str = "git";

/// Parses an address that a person gave. The error never repeats it: it may hold a credential.
pub(crate) fn remote_url(option: &'static str, text: &str) -> Result<RemoteUrl, CliError> {
    RemoteUrl::parse(text).map_err(|reason| CliError::Address { option, reason })
}

/// The credential in the environment; none if there is none.
pub(crate) fn from_environment(args: &CredentialArgs) -> Result<Option<GitCredential>, CliError> {
    let name = args.credential_env.as_deref().unwrap_or(TOKEN);
    let token = variable(name)?;
    if args.credential_env.is_some() && token.is_none() {
        return Err(CliError::usage(format!(
            "the environment variable {name}, named by --credential-env, is not set or is empty"
        )));
    }
    let username = variable(USERNAME)?.unwrap_or_else(|| ANY_USERNAME.to_owned());
    Ok(token.map(|token| GitCredential {
        username,
        token: Secret::new(token),
    }))
}

/// Asks a person; none where nobody is there to be asked.
pub(crate) fn ask(url: &RemoteUrl) -> Option<GitCredential> {
    let term = Term::stderr();
    if !std::io::stdin().is_terminal() || !term.is_term() {
        return None;
    }
    let (username, token) = interrupt::while_asking(|| {
        term.write_str(&format!("User name for {} [{ANY_USERNAME}]: ", url.host()))?;
        let username = term.read_line()?;
        term.write_str("Password or token: ")?;
        Ok::<_, std::io::Error>((username, term.read_secure_line()?))
    })
    .ok()?;
    if token.is_empty() {
        return None;
    }
    let username = match username.trim() {
        "" => ANY_USERNAME.to_owned(),
        name => name.to_owned(),
    };
    Some(GitCredential {
        username,
        token: Secret::new(token),
    })
}

fn variable(name: &str) -> Result<Option<String>, CliError> {
    let Some(value) = std::env::var_os(name) else {
        return Ok(None);
    };
    let text = value.into_string().map_err(|_| {
        CliError::usage(format!("the environment variable {name} is not valid text"))
    })?;
    let text = text.trim_end_matches(['\r', '\n']);
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
