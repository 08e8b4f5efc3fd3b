//! A proxy before the emulated DynamoDB that hands part of every batch back undone, as DynamoDB
//! does when it is busy and the emulator never does.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

/// How many writes of a batch are done; the others come back.
const DONE: usize = 10;

/// Runs until the tests end.
pub(crate) struct Reluctant {
    address: SocketAddr,
    handed_back: Arc<AtomicUsize>,
}

impl Reluctant {
    /// Stands before `endpoint`.
    pub(crate) fn start(endpoint: &str) -> Self {
        let behind = endpoint.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let handed_back = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&handed_back);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                serve(&client.unwrap(), &behind, &count);
            }
        });
        Self {
            address,
            handed_back,
        }
    }

    /// Where it listens.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many writes it has handed back.
    pub(crate) fn handed_back(&self) -> usize {
        self.handed_back.load(Ordering::SeqCst)
    }
}

/// One request and its answer.
fn serve(mut client: &TcpStream, behind: &str, count: &AtomicUsize) {
    let (head, mut body) = read_message(client);
    let mut kept = Value::Null;
    if head.contains("BatchWriteItem") {
        let mut batch: Value = serde_json::from_slice(&body).unwrap();
        kept = hold_back(&mut batch, count);
        body = serde_json::to_vec(&batch).unwrap();
    }
    let mut server = TcpStream::connect(behind).unwrap();
    send(&mut server, &head, &body);
    let (head, mut body) = read_message(&server);
    if !kept.is_null() {
        let answer = json!({ "UnprocessedItems": kept });
        body = serde_json::to_vec(&answer).unwrap();
    }
    send(&mut client, &head, &body);
}

/// Cuts a batch; what it returns was cut off.
fn hold_back(batch: &mut Value, count: &AtomicUsize) -> Value {
    let tables = batch["RequestItems"].as_object_mut().unwrap();
    let (table, writes) = tables.iter_mut().next().unwrap();
    let writes = writes.as_array_mut().unwrap();
    let kept = writes.split_off(writes.len().min(DONE));
    count.fetch_add(kept.len(), Ordering::SeqCst);
    if kept.is_empty() {
        return Value::Null;
    }
    json!({ table: kept })
}

fn read_message(stream: &TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap() > 0 {}
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    (head, body)
}

/// Sends with the body's true length and no checksum of another body, and ends the connection.
fn send(stream: &mut impl std::io::Write, head: &str, body: &[u8]) {
    let stale = [
        "content-length:",
        "connection:",
        "x-amz-crc32:",
        "transfer-encoding:",
    ];
    for line in head.trim_end().lines() {
        let lower = line.to_ascii_lowercase();
        if !stale.iter().any(|name| lower.starts_with(name)) {
            write!(stream, "{line}\r\n").unwrap();
        }
    }
    let length = body.len();
    write!(
        stream,
        "Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    stream.write_all(body).unwrap();
}
