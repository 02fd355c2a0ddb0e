//! The checks of `serve`: many clients at once, of whom none holds up another, and none costs anything after its end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::chat::{Chat, crowd, leave, pause, settle};
use crate::check::{Kind, Patience, Verdict};
use crate::lab::{Fail, Lab, Start};
use crate::proc;
use crate::texts::say;

pub(super) fn greets(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut alice = Chat::enter(lab, "alice")?;
    alice.tcp.expect_nothing_more()
}

pub(super) fn serves_the_last_first(lab: &Lab) -> Verdict {
    lab.start()?;
    let names = ["alice", "bob", "carol"];
    let mut chats = Vec::new();
    for name in names {
        chats.push(Chat::connect(lab, name)?);
    }

    lab.say(say!("seen/lab5/all_three_are_connected_the_last"));
    for (chat, name) in chats.iter_mut().zip(names).rev() {
        chat.log_in(name)?;
    }
    Ok(())
}

pub(super) fn serves_beside_a_silent_client(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut silent = Chat::connect(lab, "silent")?;
    let mut bob = Chat::enter(lab, "bob")?;
    bob.expect_who(&["bob", "echobot"])?;

    lab.say(say!("seen/lab5/the_silent_one_may_think_as"));
    silent.tcp.timer = Duration::from_millis(650);
    silent.tcp.expect_nothing_more()?;
    silent.log_in("silent")
}

pub(super) fn serves_beside_fifty(lab: &Lab) -> Verdict {
    lab.start()?;
    lab.say(say!("seen/lab5/50_clients_connect_and_say_nothing"));
    let silent = crowd(lab, 50)?;

    let mut alice = Chat::enter(lab, "alice")?;
    alice.expect_who(&["alice", "echobot"])?;
    drop(silent);
    Ok(())
}

pub(super) fn survives_without_descriptors(lab: &Lab) -> Verdict {
    lab.start_with(&Start { descriptors: Some(24), ..Start::default() })?;
    let mut alice = Chat::enter(lab, "alice")?;

    lab.say(say!("seen/lab5/60_clients_connect_more_than_24"));
    let silent = crowd(lab, 60)?;
    settle(lab, Duration::from_millis(100))?;
    alice.expect_who(&["alice", "echobot"])?;
    expect_no_spin(lab)?;

    lab.say(say!("seen/lab5/all_60_leave"));
    leave(silent);
    Chat::enter(lab, "bob")?;
    alice.expect_who(&["alice", "echobot"])
}

/// The accept loop has nothing to do until a descriptor is free. CPU time is what it costs the machine, and the only
/// thing by which a loop without a pause differs from one with a pause: half of the time in which the program had a CPU
/// to itself, or more.
fn expect_no_spin(lab: &Lab) -> Verdict {
    let tasks = || lab.pid().map(proc::family).unwrap_or_default().into_iter().flat_map(proc::tasks);
    let before: BTreeMap<u32, (u64, u64)> = tasks().map(|task| (task.tid, (task.ran, task.starved))).collect();
    let start = Instant::now();
    let spins = || {
        let grown = tasks().map(|task| {
            let (ran, starved) = before.get(&task.tid).copied().unwrap_or_default();
            (task.ran.saturating_sub(ran), task.starved.saturating_sub(starved))
        });
        let (ran, starved) = grown.fold((0, 0), |(ran, starved), grown| (ran + grown.0, starved.max(grown.1)));
        let (ran, served) = (Duration::from_nanos(ran), start.elapsed().saturating_sub(Duration::from_nanos(starved)));
        let long_enough = start.elapsed() > Duration::from_millis(200) && ran > Duration::from_millis(30);
        (long_enough && ran * 2 > served).then_some(ran)
    };
    let patience = Patience { quiet: Duration::from_millis(25), served: Duration::from_secs(1) };
    match lab.until(&[], patience, || Ok(spins()))? {
        Err(_) => Ok(()),
        Ok(spent) => Err(lab.fail(Fail::new(Kind::Spins).want(say!("seen/lab5/the_program_sleeps_while_it_has")).got(
            say!("seen/lab5/ms_of_cpu_time_in_ms", spent = spent.as_millis(), elapsed = start.elapsed().as_millis()),
        ))),
    }
}

pub(super) fn forgets_300_clients(lab: &Lab) -> Verdict {
    lab.start_with(&Start { descriptors: Some(64), ..Start::default() })?;
    for _ in 0..lab.size(300, 10) {
        let mut client = Chat::connect(lab, "client")?;
        client.log_in("client")?;
        client.tcp.close();
    }
    Ok(())
}

pub(super) fn survives_clients_that_are_gone(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut alice = Chat::enter(lab, "alice")?;

    lab.say(say!("seen/lab5/while_sigstop_holds_the_program_100"));
    pause(lab, true);
    let gone = crowd(lab, 100)?;
    for stream in &gone {
        SockRef::from(stream).set_linger(Some(Duration::ZERO))?;
    }
    leave(gone);
    pause(lab, false);

    Chat::enter(lab, "bob")?;
    alice.expect_who(&["alice", "echobot"])
}
