//! A command on a terminal, where a person reads and types.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tokio::process::Child;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// A command that runs on a terminal of its own.
pub struct Terminal {
    child: Child,
    keys: File,
    shown: UnboundedReceiver<Vec<u8>>,
    screen: Vec<u8>,
}

impl Terminal {
    /// Starts the command there.
    pub fn run(mut command: Command) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let path = Path::new(OsStr::from_bytes(name.to_bytes()));
        let theirs = || open(path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        command.env("TERM", "xterm").stdin(theirs());
        command.stdout(theirs()).stderr(theirs());
        let mut command = tokio::process::Command::from(command);
        let child = command.kill_on_drop(true).spawn().unwrap();
        // The last one who has it open is the command.
        drop(command);
        let keys = File::from(ours);
        let shown = screen(keys.try_clone().unwrap());
        Self {
            child,
            keys,
            shown,
            screen: Vec::new(),
        }
    }

    /// Waits until this stands on the screen, which it gives.
    pub async fn until(&mut self, text: &str) -> String {
        loop {
            let screen = self.screen();
            if screen.contains(text) {
                return screen;
            }
            let more = timeout(PATIENCE, self.shown.recv());
            let more = more.await.unwrap_or_else(|_| panic!("{text} in {screen}"));
            self.screen
                .extend(more.unwrap_or_else(|| panic!("{text} in {screen}")));
        }
    }

    /// Types something.
    pub fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Interrupts it, as Ctrl-C does.
    pub fn is_interrupted(&self) {
        let id = self.child.id().unwrap().to_string();
        let told = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for its end: the exit code, and all that was on the screen.
    pub async fn ends(mut self) -> (i32, String) {
        let status = timeout(PATIENCE, self.child.wait());
        let status = status.await.expect("it ends").unwrap();
        while let Some(more) = self.shown.recv().await {
            self.screen.extend(more);
        }
        (status.code().unwrap_or(-1), self.screen())
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen).replace("\r\n", "\n")
    }
}

/// What comes there until nobody has it open any more.
fn screen(mut terminal: File) -> UnboundedReceiver<Vec<u8>> {
    let (sender, shown) = unbounded_channel();
    thread::spawn(move || {
        let mut some = [0; 4096];
        // Then it is an error to read.
        while let Ok(length @ 1..) = terminal.read(&mut some) {
            if sender.send(some[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    shown
}

/// Only a test that fails waits for so long.
const PATIENCE: Duration = Duration::from_secs(180);
