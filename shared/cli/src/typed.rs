//! Explains arguments that could not be understood, without repeating a credential that is among them.

use std::io::Write as _;

use crate::Exit;

/// Prints what clap has to say: help and version as data, mistakes as talk.
pub(crate) fn explain(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        // A reader that has gone has seen enough.
        let _ = error.print();
        return Exit::Done;
    }
    let text = mask_credentials(&error.render().to_string());
    let _ = write!(std::io::stderr().lock(), "{text}");
    Exit::Usage
}

/// `text` with everything between `://` and `@` hidden.
fn mask_credentials(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        masked.push_str(before);
        let end = after.find(char::is_whitespace).unwrap_or(after.len());
        match after[..end].rfind('@') {
            Some(user) => {
                masked.push_str("***");
                rest = &after[user..];
            }
            None => rest = after,
        }
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::mask_credentials;

    #[test]
    fn user_names_and_passwords_are_hidden_and_nothing_else() {
        let typed = "unexpected argument 'https://bob:p@ss@host/a' found, not http://b/c or a@b";
        let shown = "unexpected argument 'https://***@host/a' found, not http://b/c or a@b";
        assert_eq!(mask_credentials(typed), shown);
    }
}
