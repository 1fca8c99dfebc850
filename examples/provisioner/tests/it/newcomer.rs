//! The README's first steps, exactly as they stand there.

use std::io::{BufRead as _, BufReader, Lines};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use tempfile::TempDir;

const README: &str = include_str!("../../../../README.md");

/// A folder to work in, and ports that nobody else has.
struct Newcomer {
    folder: TempDir,
    programs: PathBuf,
    ports: [u16; 3],
}

/// What runs in a terminal of its own, until the test ends.
struct Terminal {
    shell: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

#[test]
fn from_a_clone_to_a_company_in_step_with_the_readme_alone() {
    let provisioner = Path::new(env!("CARGO_BIN_EXE_provisioner"));
    let programs = provisioner.parent().unwrap();
    if !programs.join("sandbox").exists() {
        eprintln!(
            "\n*** SKIPPED: the sandbox's program is not built; `cargo build -p sandbox` does it."
        );
        return;
    }
    let newcomer = Newcomer {
        folder: tempfile::tempdir().unwrap(),
        programs: programs.to_owned(),
        ports: free(),
    };
    let [first, second, third] = &blocks()[..] else {
        panic!("the section has three blocks: {:?}", blocks());
    };
    let [stand_ins] = &first[..] else {
        panic!("{first:?}");
    };
    let mut stand_ins = newcomer.opens(stand_ins);
    stand_ins.says("HIBOB_DEACTIVATION_SECRETS=");
    let settings = newcomer.folder.path().join(".env");
    // What is shown is written down just after it.
    while !read(&settings).contains("HIBOB_DEACTIVATION_SECRETS=") {
        std::thread::yield_now();
    }

    let said: Vec<_> = second.iter().map(|line| newcomer.types(line)).collect();
    let codes: Vec<_> = said.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, [0, 3, 0, 0], "{said:#?}");
    assert!(README.contains("`sync` ends with exit code 3"));
    let [_, sync, agree, explain] = &said[..] else {
        panic!("{second:?}");
    };
    assert!(sync.1.contains("create"), "{sync:?}");
    assert!(agree.1.contains("agree"), "{agree:?}");
    assert!(explain.1.contains("Ada"), "{explain:?}");

    let [serve, play] = &third[..] else {
        panic!("{third:?}");
    };
    let mut host = newcomer.opens(serve);
    host.says("listening on ");
    let (code, said) = newcomer.types(play);
    assert_eq!(code, 0, "{said}");
}

/// The lines of each block of the section.
fn blocks() -> Vec<Vec<&'static str>> {
    let (_, section) = README.split_once("## A company of fifty, in step").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let blocks = section.split("```").skip(1).step_by(2);
    let blocks = blocks.map(|it| it.strip_prefix("sh\n").unwrap());
    blocks.map(|it| it.lines().collect()).collect()
}

fn free() -> [u16; 3] {
    let listeners = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|it| it.local_addr().unwrap().port())
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

impl Newcomer {
    /// A shell that runs this line, with the programs that are built already.
    fn shell(&self, line: &str) -> Command {
        let [host, bob, learning360] = self.ports.map(|it| it.to_string());
        let line = line.replace("8360", &host);
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &format!("{CARGO}\n{line}")])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", path())
            .env("PROGRAMS", &self.programs)
            .env("BOB", bob)
            .env("LEARNING360", learning360)
            .env("LISTEN", format!("127.0.0.1:{host}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0);
        shell
    }

    /// What a line ends with, and all that it says.
    fn types(&self, line: &str) -> (i32, String) {
        let ended = self.shell(line).stderr(Stdio::piped()).output().unwrap();
        let said = [ended.stdout, ended.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        (ended.status.code().unwrap(), said)
    }

    /// A terminal in which a line goes on.
    fn opens(&self, line: &str) -> Terminal {
        // It is in the background already.
        let line = line.trim_end_matches('&');
        let mut shell = self.shell(line).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(shell.stdout.take().unwrap()).lines();
        Terminal { shell, lines }
    }
}

impl Terminal {
    /// Waits until it says something that begins so.
    fn says(&mut self, beginning: &str) {
        let mut lines = self.lines.by_ref().map(Result::unwrap);
        let said = lines.find(|line| line.starts_with(beginning));
        assert!(said.is_some(), "it ended without {beginning}");
    }
}

impl Drop for Terminal {
    /// The shell and what it has started.
    fn drop(&mut self) {
        let group = format!("-{}", self.shell.id());
        drop(Command::new("kill").args(["-KILL", "--", &group]).status());
        drop(self.shell.wait());
    }
}

/// Where the system's programs are.
fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// Runs what is built already, on ports of the test's own. A newcomer says yes when `sync` asks.
const CARGO: &str = r#"
cargo() {
  [ "$1 $2 $3 $5" = "run --release -p --" ] || exit 90
  program=$4
  shift 5
  case "$program $1" in
    "sandbox serve") set -- "$@" --bob-port "$BOB" --learning360-port "$LEARNING360" ;;
    "sandbox agree" | "sandbox play")
      set -- "$@" --bob "http://127.0.0.1:$BOB" --learning360 "http://127.0.0.1:$LEARNING360" ;;
    "provisioner sync") set -- "$@" --yes ;;
  esac
  "$PROGRAMS/$program" "$@"
}
"#;
