//! Makes one JSON document of the rule files, and one of their examples: every start of the program reads the first, and
//! TOML takes ten times as long; and works out the outlines of their patterns. What the files say is checked by the tests.

#[path = "src/rules/keyword.rs"]
mod keyword;
#[path = "src/rules/outline.rs"]
mod outline;
#[allow(dead_code, reason = "nothing is searched here")]
#[path = "src/rules/witness.rs"]
mod witness;

use std::error::Error;
use std::path::Path;

use outline::Outline;
use serde_json::to_string;
use toml::{Table, Value};

const FILES: &[&str] = &include!("rules/files.in");

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules");
    let (mut rules, mut outlines, mut examples) = (Vec::new(), Vec::new(), Table::new());
    for name in FILES {
        let text = std::fs::read_to_string(Path::new("rules").join(name))?;
        let file: Table = toml::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        for rule in list(&file, "rule") {
            let mut rule = rule.as_table().cloned().unwrap_or_default();
            let id = text_of(&rule, "id");
            let outline = outline(&mut rule).map_err(|reason| format!("{name}: {id}: {reason}"))?;
            outlines.push(postcard::to_stdvec(&outline)?);
            let kept = ["examples", "counter_examples"]
                .map(|field| (field.to_owned(), rule.remove(field)));
            let kept = kept
                .into_iter()
                .filter_map(|(field, list)| Some((field, list?)));
            examples.insert(id, Value::Table(kept.collect()));
            rules.push(rule);
        }
    }
    let out = std::env::var("OUT_DIR")?;
    let write = |name: &str, data: &[u8]| std::fs::write(Path::new(&out).join(name), data);
    write("rules.json", to_string(&rules)?.as_bytes())?;
    write("outlines.bin", &postcard::to_stdvec(&outlines)?)?;
    write("examples.json", to_string(&examples)?.as_bytes())?;
    Ok(())
}

/// The outline of a rule's pattern. Its keywords are spelled out on the way.
fn outline(rule: &mut Table) -> Result<Outline, String> {
    let written: Vec<String> = list(rule, "keywords")
        .filter_map(|word| Some(word.as_str()?.to_owned()))
        .collect();
    let keywords = keyword::spell_out(&written);
    let listed = keywords.iter().cloned().map(Value::String);
    rule.insert("keywords".to_owned(), Value::Array(listed.collect()));
    Outline::of(&text_of(rule, "pattern"), &keywords)
}

fn list<'t>(table: &'t Table, field: &str) -> impl Iterator<Item = &'t Value> {
    let list = table.get(field).and_then(Value::as_array);
    list.into_iter().flatten()
}

fn text_of(table: &Table, field: &str) -> String {
    let text = table.get(field).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}
