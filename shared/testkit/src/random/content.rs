//! What stands in the files and messages of a random history.

use super::writer::{File, Writer};

impl Writer<'_> {
    pub(super) fn new_file(&mut self) -> File {
        let (mode, data) = match self.dice.below(12) {
            0 => ("120000", b"a.txt".to_vec()),
            1 => ("160000", self.dice.hex(self.id_digits).into_bytes()),
            2 => ("100644", Vec::new()),
            3 | 4 => ("100644", self.binary()),
            5 => ("100755", self.text(800)),
            _ => ("100644", self.text(30)),
        };
        File { mode, data }
    }

    pub(super) fn edited(&mut self, file: &File) -> File {
        if !file.mode.starts_with("100") {
            return self.new_file();
        }
        let mut lines: Vec<Vec<u8>> = file
            .data
            .split_inclusive(|b| *b == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        let at = self.dice.below(lines.len() + 1);
        let line = self.line();
        match lines.get_mut(at).filter(|_| self.dice.chance(2)) {
            Some(old) => *old = line,
            None => lines.insert(at, line),
        }
        let mut data = lines.concat();
        // Ends of files are where mistakes are made.
        if self.dice.chance(6) && data.ends_with(b"\n") {
            data.pop();
        }
        File {
            data,
            mode: file.mode,
        }
    }

    fn text(&mut self, most: usize) -> Vec<u8> {
        (0..self.dice.below(most))
            .flat_map(|_| self.line())
            .collect()
    }

    fn line(&mut self) -> Vec<u8> {
        let end = if self.dice.chance(10) { "\r\n" } else { "\n" };
        if !self.words.is_empty() && self.dice.chance(15) {
            let word = self.dice.of(self.words).clone();
            return format!("token = \"{word}\"{end}").into_bytes();
        }
        let number = self.dice.below(10_000);
        format!("line {number} of {} things{end}", self.dice.below(20)).into_bytes()
    }

    fn binary(&mut self) -> Vec<u8> {
        let mut data: Vec<u8> = (0..self.dice.below(3000))
            .map(|_| self.dice.byte())
            .collect();
        if !self.words.is_empty() && self.dice.chance(3) {
            data.extend_from_slice(self.dice.of(self.words).as_bytes());
            data.push(0);
        }
        data
    }

    pub(super) fn message(&mut self) -> (&'static str, Vec<u8>) {
        let word = if self.dice.chance(12) && !self.words.is_empty() {
            self.dice.of(self.words).clone()
        } else {
            "nothing".to_owned()
        };
        match self.dice.below(8) {
            0 => ("", Vec::new()),
            1 => ("", format!("No line break, {word}").into_bytes()),
            2 => ("", format!("Windows\r\n\r\n{word}\r\n").into_bytes()),
            3 => (
                "encoding ISO-8859-1\n",
                [&b"Caf\xe9, "[..], word.as_bytes(), b"\n"].concat(),
            ),
            _ => (
                "",
                format!("Change things\n\nBecause of {word}.\n\n\n").into_bytes(),
            ),
        }
    }
}
