//! How keywords are written in rule files.

/// One that ends in `[…]` stands for one with each of these characters.
pub(super) fn spell_out(keywords: &[String]) -> Vec<String> {
    let all = keywords.iter();
    all.flat_map(|keyword| meant(keyword)).collect()
}

fn meant(keyword: &str) -> Vec<String> {
    let class = keyword
        .strip_suffix(']')
        .and_then(|text| text.split_once('['));
    let Some((start, class)) = class else {
        return vec![keyword.to_owned()];
    };
    let mut all = Vec::new();
    let mut rest = class;
    while let Some(first) = rest.chars().next() {
        let range = rest[first.len_utf8()..]
            .strip_prefix('-')
            .and_then(|rest| rest.chars().next());
        let last = range.unwrap_or(first);
        all.extend((first..=last).map(|c| format!("{start}{c}")));
        let taken = first.len_utf8() + range.map_or(0, |last| 1 + last.len_utf8());
        rest = &rest[taken..];
    }
    all
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_class_at_the_end_stands_for_each_of_its_characters() {
        assert_eq!(meant("key"), ["key"]);
        assert_eq!(
            meant("sg.[a-c_-]"),
            ["sg.a", "sg.b", "sg.c", "sg._", "sg.-"]
        );
        assert_eq!(meant("pwd[0]]"), ["pwd0", "pwd]"]);
    }
}
