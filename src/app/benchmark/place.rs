//! Where a model is measured: in a process of its own, or in this one.

use super::child::ARGUMENT;
use super::job::{Event, Job};
use super::measure::measure;
use crate::app::threads;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// As much of what a dying process says is kept.
const MAX_LAST_WORDS: u64 = 2000;

/// Where a model is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a process of its own, started like this: any number of threads, a first load that is one, a peak of memory
    /// that is the model's.
    Process {
        /// The app's own binary.
        program: PathBuf,
        /// What makes it measure.
        arguments: Vec<OsString>,
    },
    /// On a thread of this process, with the threads that it has.
    Here,
}

/// A measurement under way; ends when it is dropped.
pub struct Underway(Kind);

enum Kind {
    Process(Child),
    Here(Arc<AtomicBool>),
}

impl Place {
    /// The best that this system has. Phones let an app start no process.
    pub fn of_system() -> Self {
        if cfg!(any(target_os = "android", target_os = "ios")) {
            return Self::Here;
        }
        match std::env::current_exe() {
            Ok(program) => Self::Process { program, arguments: vec![ARGUMENT.into()] },
            Err(_) => Self::Here,
        }
    }

    /// Whether the number of threads can be chosen.
    pub fn chooses_threads(&self) -> bool {
        matches!(self, Self::Process { .. })
    }

    /// Starts measuring `job`; what happens is told on another thread. [`Event::Finished`] or [`Event::Failed`] comes
    /// last, unless it is dropped before.
    ///
    /// # Errors
    /// The process cannot be started.
    pub fn start(&self, job: &Job, mut tell: impl FnMut(Event) + Send + 'static) -> io::Result<Underway> {
        match self {
            Self::Here => {
                let stop = Arc::new(AtomicBool::new(false));
                let (job, flag) = (job.clone(), stop.clone());
                std::thread::spawn(move || measure(&job, &flag, &mut tell));
                Ok(Underway(Kind::Here(stop)))
            }
            Self::Process { program, arguments } => {
                let mut command = Command::new(program);
                command.args(arguments).env(threads::VARIABLE, job.threads.to_string());
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
                let mut child = command.spawn()?;
                let line = serde_json::to_string(job)? + "\n";
                // A process that is already gone says why itself.
                let _ = child.stdin.as_mut().expect("it is piped").write_all(line.as_bytes());
                let (out, err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
                std::thread::spawn(move || hear(out, err, &mut tell));
                Ok(Underway(Kind::Process(child)))
            }
        }
    }
}

/// Passes on what a process tells, until it is gone.
fn hear(out: impl Read, err: impl Read + Send + 'static, tell: &mut dyn FnMut(Event)) {
    let last_words = std::thread::spawn(move || {
        let mut words = Vec::new();
        let mut err = err;
        let _ = err.by_ref().take(MAX_LAST_WORDS).read_to_end(&mut words);
        // A full pipe would hold the process up.
        let _ = io::copy(&mut err, &mut io::sink());
        String::from_utf8_lossy(&words).trim().to_string()
    });
    for line in BufReader::new(out).lines().map_while(Result::ok) {
        // Libraries may write to standard output too.
        let Ok(event) = serde_json::from_str::<Event>(&line) else { continue };
        let last = matches!(event, Event::Finished(_) | Event::Failed { .. });
        tell(event);
        if last {
            return;
        }
    }
    let words = last_words.join().unwrap_or_default();
    let why = if words.is_empty() { "the measuring process ended before it was done".to_string() } else { words };
    tell(Event::Failed { why });
}

impl Drop for Underway {
    fn drop(&mut self) {
        match &mut self.0 {
            Kind::Here(stop) => stop.store(true, Ordering::Relaxed),
            Kind::Process(child) => {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::super::measure::tests::job;
    use super::*;
    use std::path::Path;
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    /// A process that does what this shell script says.
    fn shell(script: &str) -> (io::Result<Underway>, mpsc::Receiver<Event>) {
        let place = Place::Process { program: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()] };
        let (sender, events) = mpsc::channel();
        (place.start(&job(Path::new("/nowhere")), move |event| drop(sender.send(event))), events)
    }

    #[test]
    fn what_the_process_tells_is_heard_and_other_words_are_not() {
        let said = r#"read job; echo "$RAYON_NUM_THREADS"; echo '{"event":"warm","runs":2}'; echo '{"event":"failed","why":"x"}'"#;
        let (_underway, events) = shell(said);
        let events: Vec<_> = events.iter().collect();
        assert_eq!(events, [Event::Warm { runs: 2 }, Event::Failed { why: "x".into() }]);
    }

    #[test]
    fn the_process_gets_the_job_and_its_threads() {
        let echo = r#"read job; echo "$job" >&2; echo "threads $RAYON_NUM_THREADS" >&2; exit 3"#;
        let (_underway, events) = shell(echo);
        let Event::Failed { why } = events.recv().unwrap() else { panic!() };
        assert!(why.contains("\"path\":\"/nowhere\"") && why.contains("threads 1"), "{why}");
        let (_underway, events) = shell("exit 0");
        assert!(matches!(events.recv().unwrap(), Event::Failed { why } if why.contains("ended before")));
    }

    #[test]
    fn dropping_it_ends_the_process_at_once() {
        let (underway, events) = shell("read job; echo '{\"event\":\"warm\",\"runs\":1}'; exec sleep 60");
        assert_eq!(events.recv().unwrap(), Event::Warm { runs: 1 });
        let began = Instant::now();
        drop(underway);
        assert!(matches!(events.recv(), Ok(Event::Failed { .. })));
        assert!(began.elapsed() < Duration::from_secs(30), "it was not waited for");
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        let place = Place::Process { program: "/nowhere/at/all".into(), arguments: Vec::new() };
        assert!(place.start(&job(Path::new("/nowhere")), drop).is_err());
    }
}
