//! One client after another: the checks of `serve`.

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

pub fn serves_200_under_32(lab: &Lab) -> Verdict {
    lab.start_with(&Start { descriptors: Some(32), ..Start::default() })?;
    serve_clients(lab, lab.size(200, 40))
}

fn serve_clients(lab: &Lab, count: usize) -> Verdict {
    for _ in 0..count {
        let mut client = lab.connect("client")?;
        ping(lab, &mut client)?;
        client.close();
    }
    Ok(())
}
