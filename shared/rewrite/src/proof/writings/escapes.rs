//! What stands between quotes in JSON, and in URLs: texts with escapes.

/// How base64 is escaped in URLs and in JSON.
pub(super) const IN_TEXT: [Escape; 5] = [
    Escape::Percent {
        kept: b"-._~A",
        upper: true,
        plus: false,
    },
    Escape::Percent {
        kept: b"-._~A",
        upper: false,
        plus: false,
    },
    Escape::Json("/", false),
    Escape::Json("+", true),
    Escape::Json("+", false),
];

/// How a text was escaped.
pub(super) enum Escape {
    Percent {
        kept: &'static [u8],
        upper: bool,
        plus: bool,
    },
    /// With these characters, too, in digits of upper case or not.
    Json(&'static str, bool),
    JsonTwice,
}

impl Escape {
    pub(super) fn apply(&self, text: &[u8]) -> Vec<u8> {
        match *self {
            Self::Percent { kept, upper, plus } => percent(text, kept, upper, plus),
            Self::Json(special, upper) => json(text, special, false, upper),
            Self::JsonTwice => json(&json(text, "", false, false), "", false, false),
        }
    }
}

/// Percent and JSON escapes of a value, and what escapes in the same way.
pub(super) fn escapes(value: &[u8]) -> Vec<(Vec<u8>, Escape)> {
    let mut all = Vec::new();
    let sets: [&[u8]; 4] = [b"-._~A", b"-._~!'()*A", b"-._~!'()*;/?:@&=+$,#A", b""];
    for kept in sets {
        for upper in [true, false] {
            let escape = Escape::Percent {
                kept,
                upper,
                plus: false,
            };
            all.push((escape.apply(value), escape));
        }
    }
    let form = Escape::Percent {
        kept: b"-._*A",
        upper: true,
        plus: true,
    };
    all.push((form.apply(value), form));
    if std::str::from_utf8(value).is_err() {
        return all;
    }
    for special in ["", "/", "<>&", "<>&'+", "/<>&'"] {
        for (ascii, upper) in [(false, false), (false, true), (true, false), (true, true)] {
            all.push((json(value, special, ascii, upper), Escape::Json("", false)));
        }
    }
    for upper in [false, true] {
        let text = String::from_utf8_lossy(value);
        let every = text.encode_utf16().map(|unit| unicode(unit, upper));
        all.push((
            every.collect::<String>().into_bytes(),
            Escape::Json("", false),
        ));
    }
    all.push((Escape::JsonTwice.apply(value), Escape::JsonTwice));
    all
}

/// Keeps what is in `kept`, where `A` stands for all letters and digits.
fn percent(text: &[u8], kept: &[u8], upper: bool, plus: bool) -> Vec<u8> {
    let escape = |byte: &u8| {
        let class = if byte.is_ascii_alphanumeric() {
            b'A'
        } else {
            *byte
        };
        match (plus && *byte == b' ', kept.contains(&class), upper) {
            (true, ..) => "+".to_owned(),
            (_, true, _) => char::from(*byte).to_string(),
            (.., true) => format!("%{byte:02X}"),
            (.., false) => format!("%{byte:02x}"),
        }
    };
    text.iter().map(escape).collect::<String>().into_bytes()
}

/// As JSON writes it between quotes.
pub(super) fn json(text: &[u8], special: &str, ascii: bool, upper: bool) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(text) else {
        return text.to_vec();
    };
    let escape = |c: char| match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '"' | '\\' => format!("\\{c}"),
        '/' if special.contains('/') => "\\/".to_owned(),
        _ if c.is_control() || special.contains(c) || ascii && u32::from(c) > 127 => {
            let mut buffer = [0; 2];
            c.encode_utf16(&mut buffer)
                .iter()
                .map(|unit| unicode(*unit, upper))
                .collect()
        }
        _ => c.to_string(),
    };
    text.chars().map(escape).collect::<String>().into_bytes()
}

fn unicode(unit: u16, upper: bool) -> String {
    let digits = format!("{unit:04x}");
    format!("\\u{}", if upper { digits.to_uppercase() } else { digits })
}
