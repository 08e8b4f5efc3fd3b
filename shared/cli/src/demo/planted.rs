//! The secrets that the demo plants: made up when it runs, in the forms of real ones, valid nowhere.
//!
//! They are put together here from random characters, so that no scanner finds any in this program's source.

/// Upper-case letters and the digits of base 32.
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const DIGITS: &[u8] = b"0123456789";

/// Every planted secret, by what it would open.
#[derive(Clone, Debug)]
pub(crate) struct Planted {
    /// A database's password; in a file that was deleted later.
    pub(crate) database: String,
    /// A payment provider's key; on a branch that was merged after it had been taken out.
    pub(crate) payment: String,
    /// A cloud's access key id; inside a binary file.
    pub(crate) cloud_id: String,
    /// The secret that belongs to it.
    pub(crate) cloud_secret: String,
    /// A chat's token; in a commit message.
    pub(crate) chat: String,
    /// A package registry's token; in a tag's message.
    pub(crate) registry: String,
    /// A private key; still in the tip.
    pub(crate) private_key: String,
}

impl Planted {
    /// The same secrets in every run, so that the demo shows the same ids each time.
    pub(crate) fn new() -> Self {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut some = |alphabet, length| random.text(alphabet, length);
        let body: Vec<String> = (0..6).map(|_| some(ALNUM, 64)).collect();
        let line = |end: &str| format!("-----{end} {}-----", ["PRIVATE", "KEY"].join(" "));
        Self {
            database: some(LOWER, 20),
            payment: ["sk", "live", &some(ALNUM, 32)].join("_"),
            cloud_id: ["AK", "IA", &some(BASE32, 16)].concat(),
            cloud_secret: some(ALNUM, 40),
            chat: [
                "xoxb",
                &some(DIGITS, 12),
                &some(DIGITS, 13),
                &some(ALNUM, 24),
            ]
            .join("-"),
            registry: ["npm", &some(ALNUM, 36)].join("_"),
            private_key: format!("{}\n{}\n{}\n", line("BEGIN"), body.join("\n"), line("END")),
        }
    }

    /// A piece of each that nothing else in the history contains.
    pub(crate) fn needles(&self) -> Vec<&str> {
        let key = self.private_key.lines().nth(1).unwrap_or_default();
        vec![
            &self.database,
            &self.payment,
            &self.cloud_id,
            &self.cloud_secret,
            &self.chat,
            &self.registry,
            key,
        ]
    }
}

/// A xorshift generator: repeatable and good enough to look random.
struct Random(u64);

impl Random {
    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        let pick = |_| {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            let index = (self.0 >> 33) % alphabet.len() as u64;
            char::from(alphabet[usize::try_from(index).unwrap_or_default()])
        };
        (0..length).map(pick).collect()
    }
}
