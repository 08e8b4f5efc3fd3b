//! `template.yaml`, read line by line: it is written so regularly that no parser is needed.

use crate::files;

/// One resource: its logical name and its lines.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) lines: Vec<String>,
}

impl Resource {
    /// The resource's text.
    pub(crate) fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// What follows the first `key: ` inside the resource, up to the end of the line.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        let key = format!("{key}: ");
        let after = |line: &'_ String| line.find(&key).map(|at| at + key.len());
        let found = |line| after(line).map(|at| line[at..].trim());
        self.lines.iter().find_map(found)
    }

    /// The lines below a line that is exactly `key:`, or its own rest if it stands on one line.
    pub(crate) fn block(&self, key: &str) -> String {
        let start = format!("{key}:");
        let Some(at) = self
            .lines
            .iter()
            .position(|line| line.trim_start().starts_with(&start))
        else {
            return String::new();
        };
        let indent = |line: &str| line.len() - line.trim_start().len();
        let own = indent(&self.lines[at]);
        let below = self.lines[at + 1..]
            .iter()
            .take_while(|line| indent(line) > own);
        let rest = std::iter::once(&self.lines[at]).chain(below);
        rest.cloned().collect::<Vec<_>>().join("\n")
    }
}

/// Every resource, in the order of the file.
pub(crate) fn resources() -> Vec<Resource> {
    let text = files::text("template.yaml");
    let lines = text
        .lines()
        .skip_while(|line| *line != "Resources:")
        .skip(1);
    let mut resources: Vec<Resource> = Vec::new();
    for line in lines.take_while(|line| line.is_empty() || line.starts_with(' ')) {
        let name = line
            .strip_prefix("  ")
            .and_then(|rest| rest.strip_suffix(':'));
        match name.filter(|name| name.chars().all(char::is_alphanumeric)) {
            Some(name) => resources.push(Resource {
                name: name.to_owned(),
                lines: Vec::new(),
            }),
            None if line.trim_start().starts_with('#') => {}
            None => {
                if let Some(last) = resources.last_mut().filter(|_| !line.is_empty()) {
                    last.lines.push(line.to_owned());
                }
            }
        }
    }
    assert!(resources.len() > 24, "the template was read");
    resources
}

/// One resource.
pub(crate) fn resource(name: &str) -> Resource {
    let found = resources().into_iter().find(|one| one.name == name);
    found.unwrap_or_else(|| panic!("template.yaml has no {name}"))
}

/// The resource of a function.
pub(crate) fn function_name(slug: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    slug.split('-').map(capital).collect::<String>() + "Function"
}

/// The resource of a function.
pub(crate) fn function(slug: &str) -> Resource {
    resource(&function_name(slug))
}
