//! As much of WebDriver (W3C) as these tests need: HTTP over loopback to a chromedriver.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A hang fails after this; nothing else depends on it.
const LIMIT: Duration = Duration::from_secs(60);

/// A chromedriver of ours, on a port that the kernel has picked.
pub struct Driver {
    child: Child,
    _said: BufReader<ChildStdout>,
    port: u16,
    profile: TempDir,
}

impl Driver {
    /// `None` where there is none.
    pub fn start() -> Option<Driver> {
        // chromedriver finds either by itself.
        let runs = |name: &str| {
            let status = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            status.is_ok_and(|status| status.success())
        };
        if !runs("chromium") && !runs("google-chrome") {
            return None;
        }
        let mut child = Command::new("chromedriver")
            .args(["--port=0", "--allowed-ips=127.0.0.1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        // Kept open: what it says later must find somebody.
        let mut said = BufReader::new(child.stdout.take()?);
        let lines = said.by_ref().lines().map_while(Result::ok);
        let port = lines
            .filter_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .next();
        let profile = TempDir::new().ok()?;
        Some(Driver { child, _said: said, port: port.expect("chromedriver says its port"), profile })
    }

    pub fn session(&self) -> Session {
        let folder = format!("--user-data-dir={}", self.profile.path().display());
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1400,1000",
            &folder,
        ];
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "timeouts": { "script": LIMIT.as_millis() as u64 },
            "goog:chromeOptions": { "args": args },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let answer = call(self.port, "POST", "/session", &capabilities);
        Session { port: self.port, path: format!("/session/{}", answer["sessionId"].as_str().unwrap()) }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A window.
pub struct Session {
    port: u16,
    path: String,
}

impl Session {
    fn post(&self, path: &str, body: &Value) -> Value {
        call(self.port, "POST", &format!("{}{path}", self.path), body)
    }

    pub fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    /// What the script returns.
    pub fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Until the script returns true.
    pub fn wait(&self, script: &str) {
        let end = Instant::now() + LIMIT;
        while self.run(script) != json!(true) {
            assert!(Instant::now() < end, "still not true: {script}");
            self.post("/execute/async", &json!({ "script": "requestAnimationFrame(arguments[0])", "args": [] }));
        }
    }

    /// Presses and releases a key, as WebDriver numbers it.
    pub fn key(&self, key: &str) {
        let actions = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": actions }] }));
    }

    /// Warnings and errors on the page's console so far.
    pub fn console(&self) -> Vec<String> {
        let entries = self.post("/se/log", &json!({ "type": "browser" }));
        entries.as_array().unwrap().iter().map(|entry| entry["message"].to_string()).collect()
    }

    /// The addresses that were asked for so far.
    pub fn requests(&self) -> Vec<String> {
        let entries = self.post("/se/log", &json!({ "type": "performance" }));
        let messages = entries.as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap().to_string());
        let events = messages.map(|text| serde_json::from_str::<Value>(&text).unwrap()["message"].take());
        let sent = events.filter(|event| event["method"] == "Network.requestWillBeSent");
        sent.map(|event| event["params"]["request"]["url"].as_str().unwrap().to_string()).collect()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = exchange(self.port, "DELETE", &self.path, "");
    }
}

fn call(port: u16, method: &str, path: &str, body: &Value) -> Value {
    let answer = exchange(port, method, path, &body.to_string()).unwrap();
    let mut answer: Value = serde_json::from_str(&answer).unwrap();
    let value = answer["value"].take();
    assert!(value.get("error").is_none(), "{path}: {value}");
    value
}

/// One request on a connection of its own; the body of the answer.
fn exchange(port: u16, method: &str, path: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(LIMIT))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':').filter(|pair| pair.0.eq_ignore_ascii_case("content-length")) {
            length = value.trim().parse().map_err(|_| std::io::Error::other(format!("{name}: {value}")))?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}
