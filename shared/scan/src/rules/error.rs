//! What can be wrong with a rule file: which file, which rule, which field, and why.

/// A rule file that cannot be used. Names the file, the rule and the field.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The file as a whole cannot be read as rules.
    #[error("{file}: not a rule file: {reason}")]
    File {
        /// The file's name, as given.
        file: String,
        /// What the reader of TOML says.
        reason: String,
    },
    /// A rule lacks a field, has one too many, or one of the wrong type.
    #[error("{file}: rule {rule}: {reason}")]
    Shape {
        /// The file's name, as given.
        file: String,
        /// The rule's id, or its place in the file where it has none.
        rule: String,
        /// What the reader of TOML says; it names the field.
        reason: String,
    },
    /// A field has a value that cannot be.
    #[error("{file}: rule {rule}: field `{field}`: {reason}")]
    Field {
        /// The file's name, as given.
        file: String,
        /// The rule's id.
        rule: String,
        /// The field's name.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Two rules have one id.
    #[error("{file}: rule {rule}: field `id`: already taken by a rule of {first}")]
    Duplicate {
        /// The file of the second rule.
        file: String,
        /// The id.
        rule: String,
        /// The file of the first rule.
        first: String,
    },
    /// All rules together are more than can be numbered.
    #[error("{rules} rules with {entries} keywords are too many")]
    TooMany {
        /// How many rules.
        rules: usize,
        /// How many entries their keywords need.
        entries: usize,
    },
}
