//! The real binary at a terminal: what it writes on stderr is seen, and what is typed reaches it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

pub struct Terminal {
    master: File,
    slave: File,
    pub child: Child,
    /// What was shown and not waited for yet.
    shown: String,
}

impl Terminal {
    /// Runs a command whose stdin and stderr are a terminal of its own.
    pub fn run(command: &mut Command) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("it is ours");
        let path = ptsname(&master, Vec::new()).expect("it has a name");
        let slave = OpenOptions::new().read(true).write(true).open(path.to_str().expect("UTF-8")).expect("opened");
        let end = || Stdio::from(slave.try_clone().expect("another one"));
        let child = command.stdin(end()).stderr(end()).stdout(Stdio::null()).spawn().expect("it starts");
        Terminal { master: master.into(), slave, child, shown: String::new() }
    }

    /// Reads what is shown until this comes.
    #[track_caller]
    pub fn shows(&mut self, wanted: &str) {
        while !self.shown.contains(wanted) {
            let mut some = [0; 1024];
            let length = self.master.read(&mut some).expect("it is open");
            self.shown.push_str(&String::from_utf8_lossy(&some[..length]));
        }
        self.shown = self.shown.split_once(wanted).map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    }

    pub fn types(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).expect("typed");
    }

    /// True if what is typed is shown, and Ctrl-C is a signal.
    pub fn is_as_usual(&self) -> bool {
        tcgetattr(&self.slave).expect("a terminal").local_modes.contains(LocalModes::ECHO | LocalModes::ISIG)
    }

    pub fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}
