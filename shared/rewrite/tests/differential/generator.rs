//! Random small histories, as one stream for `git fast-import`: merges, renames, binary files, CRLF, links, submodules, odd names,
//! empty commits, several roots, encodings, tags, notes, values in all writings.

use crate::encodings::{self, Encoded};

/// A value that stands in files, messages and people's names.
pub(crate) const VALUES: [&str; 2] = ["sword/fish+4711", "open sesame"];

/// What the pattern `pin=[0-9]+` matches.
const PIN: &str = "pin=2580";

/// Numbers that look random and are the same every time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    pub(crate) fn roll(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 20) % end as u64).unwrap()
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.roll(n) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

/// Several histories in one repository, each with refs and roots of its own.
pub(crate) fn histories(dice: &mut Dice, count: usize) -> Vec<u8> {
    let mut stream = Stream::default();
    let encoded = encodings::all();
    for number in 0..count {
        let mut history = History {
            dice,
            stream: &mut stream,
            encoded: &encoded,
            name: format!("h{number}"),
            commits: Vec::new(),
        };
        history.write();
    }
    stream.bytes
}

#[derive(Default)]
struct Stream {
    bytes: Vec<u8>,
    marks: usize,
    time: usize,
}

impl Stream {
    fn line(&mut self, line: &str) {
        self.bytes.extend_from_slice(line.as_bytes());
        self.bytes.push(b'\n');
    }

    fn data(&mut self, data: &[u8]) {
        self.line(&format!("data {}", data.len()));
        self.bytes.extend_from_slice(data);
        self.bytes.push(b'\n');
    }

    fn mark(&mut self) -> usize {
        self.marks += 1;
        self.line(&format!("mark :{}", self.marks));
        self.marks
    }
}

/// A path: as the stream writes it, and whether it is a file that a rename may move.
const PATHS: [&str; 9] = [
    "a.txt",
    "dir/b.txt",
    "dir/deep/c",
    "\"with \\\"quotes\\\"\"",
    "\"latin-\\351\"",
    "with space",
    "dir.x",
    "-dash",
    "\"tab\\there\"",
];

struct History<'a> {
    dice: &'a mut Dice,
    stream: &'a mut Stream,
    encoded: &'a [Encoded],
    name: String,
    /// Marks, with the paths that each has.
    commits: Vec<(usize, Vec<&'static str>)>,
}

impl History<'_> {
    fn write(&mut self) {
        for _ in 0..2 + self.dice.roll(8) {
            self.commit();
        }
        for n in 0..self.dice.roll(4) {
            self.tag(n);
        }
        if self.dice.one_in(3) {
            self.blob_tag();
        }
        if self.dice.one_in(2) {
            self.notes();
        }
    }

    /// Text with and without values, in lines that end in one way or the other.
    fn text(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let end = self.dice.pick(&["\n", "\r\n"]);
        for _ in 0..self.dice.roll(6) {
            let word = self.dice.pick(&[
                VALUES[0], VALUES[1], PIN, "nothing", "", "x=\u{e9}", "pin=none",
            ]);
            out.extend(format!("line {} {word}{end}", self.dice.roll(9)).bytes());
        }
        if self.dice.one_in(3) {
            let encoded = &self.encoded[self.dice.roll(self.encoded.len())];
            out.extend([b"is ", &encoded.text[..], end.as_bytes()].concat());
        }
        if self.dice.one_in(4) {
            out.extend(VALUES[self.dice.roll(2)].bytes());
        }
        if self.dice.one_in(6) {
            let at = self.dice.roll(out.len() + 1);
            out.splice(at..at, *b"\0\xff\xfe\x80");
        }
        out
    }

    fn people(&mut self) -> String {
        self.stream.time += 1 + self.dice.roll(5000);
        let time = 1_600_000_000 + self.stream.time;
        let mut person = |role: &str| {
            let name = self.dice.pick(&[
                "A U Thor",
                "\u{d6}.",
                "Open open sesame",
                "pin=1 Who",
                "sword%2Ffish%2B4711",
            ]);
            let zone = self.dice.pick(&["+0000", "-0330", "+1400", "+0545"]);
            format!("{role} {name} <who@example.com> {time} {zone}")
        };
        format!("{}\n{}", person("author"), person("committer"))
    }

    fn commit(&mut self) {
        let is_root = self.commits.is_empty() || self.dice.one_in(6);
        let parents = if is_root {
            0
        } else {
            1 + [0, 0, 0, 1, 2][self.dice.roll(5)]
        };
        let mut from: Vec<usize> = Vec::new();
        for _ in 0..parents {
            let parent = self.dice.roll(self.commits.len());
            if !from.contains(&parent) {
                from.push(parent);
            }
        }
        let branch = format!(
            "refs/heads/{}/{}",
            self.name,
            self.dice.pick(&["main", "side"])
        );
        if from.is_empty() {
            self.stream.line(&format!("reset {branch}"));
        }
        self.stream.line(&format!("commit {branch}"));
        let mark = self.stream.mark();
        let people = self.people();
        self.stream.line(&people);
        let is_latin = self.dice.one_in(8);
        if is_latin {
            self.stream.line("encoding ISO-8859-1");
        }
        let mut message = self.text();
        message.retain(|byte| *byte != 0 && (*byte < 0x80 || is_latin));
        self.stream.data(&message);
        for (n, parent) in from.iter().enumerate() {
            let word = if n == 0 { "from" } else { "merge" };
            let line = format!("{word} :{}", self.commits[*parent].0);
            self.stream.line(&line);
        }
        let mut paths = from
            .first()
            .map(|at| self.commits[*at].1.clone())
            .unwrap_or_default();
        for _ in 0..self.dice.roll(4) {
            self.change(&mut paths);
        }
        self.commits.push((mark, paths));
    }

    fn change(&mut self, paths: &mut Vec<&'static str>) {
        let path = self.dice.pick(&PATHS);
        match self.dice.roll(8) {
            0 if paths.contains(&path) => {
                self.stream.line(&format!("D {path}"));
                paths.retain(|other| *other != path);
            }
            1 if !paths.contains(&path) && !paths.is_empty() => {
                let old = paths.remove(self.dice.roll(paths.len()));
                self.stream.line(&format!("R {} {path}", quoted(old)));
                paths.push(path);
            }
            2 => self
                .stream
                .line("M 160000 1234567890123456789012345678901234567890 module"),
            kind => {
                let mode = ["100644", "100755", "100644", "120000"][kind % 4];
                self.stream.line(&format!("M {mode} inline {path}"));
                let mut text = self.text();
                if mode == "120000" {
                    text = b"to/sword/fish+4711".to_vec();
                }
                self.stream.data(&text);
                paths.retain(|other| *other != path);
                paths.push(path);
            }
        }
    }

    /// An annotated tag of a commit, or a light one.
    fn tag(&mut self, number: usize) {
        let (target, _) = self.commits[self.dice.roll(self.commits.len())];
        if self.dice.one_in(3) {
            self.stream.line(&format!(
                "reset refs/tags/{}/light{number}\nfrom :{target}\n",
                self.name
            ));
            return;
        }
        let mut message = self.text();
        message.retain(|byte| *byte != 0 && *byte < 0x80);
        let people = self.people();
        let tagger = people.lines().next().unwrap().replace("author", "tagger");
        self.stream.line(&format!(
            "tag {}/t{number}\nfrom :{target}\n{tagger}",
            self.name
        ));
        self.stream.data(&message);
    }

    /// An annotated tag of a file.
    fn blob_tag(&mut self) {
        self.stream.line("blob");
        let mark = self.stream.mark();
        let text = self.text();
        self.stream.data(&text);
        let line = format!(
            "tag {}/file\nfrom :{mark}\ntagger A <a@b> 1600000000 +0000",
            self.name
        );
        self.stream.line(&line);
        self.stream.data(b"of a file, open sesame");
    }

    fn notes(&mut self) {
        self.stream
            .line(&format!("commit refs/notes/{}", self.name));
        let people = self.people();
        self.stream.line(&people);
        self.stream.data(b"Notes, of open sesame");
        let about: Vec<usize> = self.commits.iter().map(|commit| commit.0).collect();
        for mark in about {
            if self.dice.one_in(2) {
                self.stream.line(&format!("N inline :{mark}"));
                let text = format!("on {mark}: {}\n", self.dice.pick(&VALUES));
                self.stream.data(text.as_bytes());
            }
        }
    }
}

/// The source of a rename must be quoted if it has a space.
fn quoted(path: &str) -> String {
    if path.contains(' ') && !path.starts_with('"') {
        format!("\"{path}\"")
    } else {
        path.to_owned()
    }
}
