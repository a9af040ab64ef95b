//! What asks the program to end: Ctrl-C, SIGTERM, SIGHUP, a console that is closed.
//!
//! Until a command begins to write a file, or to send several things, the system ends the program as it
//! always does. From then on:
//!
//! | | the first time | the second time | the third time |
//! |---|---|---|---|
//! | a file is being written | it is given up, and what was there stays | ends at once | |
//! | a run of several steps | what is on its way arrives, nothing more is sent | nothing is waited for | ends at once |
//!
//! A thread of its own watches: what writes into a pipe that nobody reads can be ended, too.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Once, mpsc};
use std::thread;

use tokio::runtime::Builder;
use tokio::sync::watch;

/// What asked the program to end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signal {
    #[default]
    Interrupt,
    Terminate,
    HangUp,
}

impl Signal {
    /// As people know it.
    pub fn name(self) -> &'static str {
        match self {
            Signal::Interrupt => "Ctrl-C",
            Signal::Terminate => "SIGTERM",
            Signal::HangUp => "SIGHUP",
        }
    }

    /// The exit code of a program that it ended, as shells count.
    pub fn exit_code(self) -> u8 {
        128 + match self {
            Signal::HangUp => 1,
            Signal::Interrupt => 2,
            Signal::Terminate => 15,
        }
    }
}

/// What came so far.
#[derive(Clone, Copy, Debug, Default)]
struct Came {
    times: u32,
    first: Signal,
}

static CAME: LazyLock<watch::Sender<Came>> = LazyLock::new(|| watch::Sender::new(Came::default()));

/// How often a run is asked before the program ends without it.
static PATIENCE: AtomicU32 = AtomicU32::new(0);

/// A run ends by itself the first time, and is abandoned the second time.
const OF_A_RUN: u32 = 2;

/// Listens from now on. Where that is not possible, the system goes on ending the program.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let (ready, is_ready) = mpsc::channel();
        if thread::Builder::new().name("signals".into()).spawn(move || watch_for(&ready)).is_ok() {
            // It is dropped if there is nothing to wait for.
            let _ = is_ready.recv();
        }
    });
}

/// The same for a run, which from now on decides itself what the first times mean.
pub fn listen_in_a_run() {
    PATIENCE.store(OF_A_RUN, Ordering::SeqCst);
    listen();
}

/// Returns when the program was asked so many times.
pub async fn asked(times: u32) -> Signal {
    wait_for(|came| came.times >= times).await
}

/// Returns when the program is to end, and no run sees to it.
pub async fn end() -> Signal {
    wait_for(|came| came.times > PATIENCE.load(Ordering::SeqCst)).await
}

async fn wait_for(wanted: impl FnMut(&Came) -> bool) -> Signal {
    match CAME.subscribe().wait_for(wanted).await {
        Ok(came) => came.first,
        // Who sends lives as long as the program.
        Err(_) => std::future::pending().await,
    }
}

fn watch_for(ready: &mpsc::Sender<()>) {
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        let Ok(mut signals) = system::Signals::listen() else { return };
        if ready.send(()).is_err() {
            return;
        }
        loop {
            let signal = signals.next().await;
            let mut times = 0;
            CAME.send_modify(|came| {
                if came.times == 0 {
                    came.first = signal;
                }
                came.times += 1;
                times = came.times;
            });
            if times > PATIENCE.load(Ordering::SeqCst).max(1) {
                std::process::exit(signal.exit_code().into());
            }
        }
    });
}

#[cfg(unix)]
mod system {
    use std::io;

    use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

    use super::Signal;

    pub struct Signals {
        interrupt: Option<Listener>,
        terminate: Option<Listener>,
        hang_up: Option<Listener>,
    }

    impl Signals {
        pub fn listen() -> io::Result<Signals> {
            let listener = |kind| (!is_ignored(kind)).then(|| signal(kind)).transpose();
            Ok(Signals {
                interrupt: listener(SignalKind::interrupt())?,
                terminate: listener(SignalKind::terminate())?,
                hang_up: listener(SignalKind::hangup())?,
            })
        }

        pub async fn next(&mut self) -> Signal {
            tokio::select! {
                () = came(&mut self.interrupt) => Signal::Interrupt,
                () = came(&mut self.terminate) => Signal::Terminate,
                () = came(&mut self.hang_up) => Signal::HangUp,
            }
        }
    }

    async fn came(listener: &mut Option<Listener>) {
        match listener {
            Some(listener) => drop(listener.recv().await),
            None => std::future::pending().await,
        }
    }

    /// True if whoever started the program wants a signal to pass it by: `nohup` that of its terminal, and a shell
    /// script that of Ctrl-C for what it starts with `&`. To listen would be to end.
    #[cfg(target_os = "linux")]
    fn is_ignored(kind: SignalKind) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
        // The first bit is for the signal 1.
        let bit = u32::try_from(kind.as_raw_value() - 1).ok().and_then(|bit| 1_u64.checked_shl(bit));
        bit.is_some_and(|bit| ignored & bit != 0)
    }

    /// Where it cannot be asked, it counts that `nohup` leaves no terminal to stderr.
    #[cfg(not(target_os = "linux"))]
    fn is_ignored(kind: SignalKind) -> bool {
        kind == SignalKind::hangup() && !io::IsTerminal::is_terminal(&io::stderr())
    }
}

#[cfg(windows)]
mod system {
    use std::io;

    use tokio::signal::windows::{self, CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown};

    use super::Signal;

    pub struct Signals {
        interrupt: CtrlC,
        stop: CtrlBreak,
        close: CtrlClose,
        log_off: CtrlLogoff,
        shut_down: CtrlShutdown,
    }

    impl Signals {
        pub fn listen() -> io::Result<Signals> {
            Ok(Signals {
                interrupt: windows::ctrl_c()?,
                stop: windows::ctrl_break()?,
                close: windows::ctrl_close()?,
                log_off: windows::ctrl_logoff()?,
                shut_down: windows::ctrl_shutdown()?,
            })
        }

        pub async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.interrupt.recv() => Signal::Interrupt,
                _ = self.stop.recv() => Signal::Terminate,
                _ = self.close.recv() => Signal::HangUp,
                _ = self.log_off.recv() => Signal::HangUp,
                _ = self.shut_down.recv() => Signal::Terminate,
            }
        }
    }
}

#[cfg(not(any(unix, windows)))]
mod system {
    use std::io;

    use super::Signal;

    pub struct Signals;

    impl Signals {
        pub fn listen() -> io::Result<Signals> {
            Ok(Signals)
        }

        pub async fn next(&mut self) -> Signal {
            match tokio::signal::ctrl_c().await {
                Ok(()) => Signal::Interrupt,
                Err(_) => std::future::pending().await,
            }
        }
    }
}
