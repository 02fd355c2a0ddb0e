//! One client after another: the checks of `serve`.

use std::time::Duration;

use super::echo::ping;
use crate::check::Verdict;
use crate::lab::{Lab, Start};
use crate::texts::say;

pub fn leaves_a_finished_client(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut first = lab.connect("first")?;
    first.close_write()?;
    first.expect_eof()?;

    let mut second = lab.connect("second")?;
    ping(lab, &mut second)
}

pub fn serves_one_after_another(lab: &Lab) -> Verdict {
    lab.start()?;
    serve_clients(lab, lab.size(20, 3))
}

pub fn survives_reset(lab: &Lab) -> Verdict {
    lab.start()?;
    lab.say(say!("seen/lab1/one_client_resets_while_its_server"));
    let mut idle = lab.connect("idle")?;
    ping(lab, &mut idle)?;
    idle.reset()?;

    lab.say(say!("seen/lab1/the_next_one_resets_while_there"));
    let mut busy = lab.connect("busy")?;
    ping(lab, &mut busy)?;
    busy.send(&lab.payload(lab.size(200_000, 50)).all())?;
    busy.reset()?;

    let mut next = lab.connect("next")?;
    ping(lab, &mut next)
}

pub fn survives_clients_that_are_gone(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut busy = lab.connect("busy")?;
    ping(lab, &mut busy)?;

    lab.say(say!("seen/lab1/three_clients_connect_and_reset_while"));
    for _ in 0..3 {
        lab.connect("gone")?.reset()?;
    }
    busy.close();

    let mut next = lab.connect("next")?;
    ping(lab, &mut next)
}

const DESCRIPTORS: u64 = 32;

pub fn serves_200_under_32(lab: &Lab) -> Verdict {
    lab.start_with(&Start { descriptors: Some(DESCRIPTORS), ..Start::default() })?;
    serve_clients(lab, lab.size(200, 40))?;
    waits_for_a_descriptor(lab)
}

/// Catches `accept()?`, which ends the server when there is no descriptor for the next client.
///
/// An accept that waits has its descriptor already (accept(2) of Linux takes it first), so a client comes and goes before
/// there is none. Where the limit of another process cannot be changed, this part is left out.
fn waits_for_a_descriptor(lab: &Lab) -> Verdict {
    if !lab.may_open(0, DESCRIPTORS) {
        return Ok(());
    }
    lab.say(say!("seen/lab1/the_server_may_open_nothing_more"));
    lab.connect("early")?.close();
    lab.until_settled(&[], Duration::ZERO, || Ok(None::<()>)).map(drop)?;

    lab.say(say!("seen/lab1/it_may_open_32_again"));
    lab.may_open(DESCRIPTORS, DESCRIPTORS);
    let mut late = lab.connect("late")?;
    ping(lab, &mut late)
}

fn serve_clients(lab: &Lab, count: usize) -> Verdict {
    for _ in 0..count {
        let mut client = lab.connect("client")?;
        ping(lab, &mut client)?;
        client.close();
    }
    Ok(())
}
