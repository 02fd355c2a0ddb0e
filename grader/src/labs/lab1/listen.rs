//! Where it listens: the checks of `open_listener`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::check::{Patience, Stop, Verdict};
use crate::lab::{Lab, Start};
use crate::peer;
use crate::program::random_number;
use crate::texts::say;

pub fn listens_where_it_says(lab: &Lab) -> Verdict {
    lab.start()?;
    lab.connect("client")?.expect_nothing_more()?;

    lab.end();
    lab.say(say!("seen/lab1/once_more_with_one_particular_port"));
    // Below the ports that the kernel picks by itself (32768 and up on Linux): no old connection is still waiting there.
    let address = SocketAddr::new(lab.ip(), 10_000 + (random_number() % 20_000) as u16);
    lab.start_with(&Start { listen: Some(address), ..Start::default() })?;
    lab.connect("client")?.expect_nothing_more()
}

pub fn listens_only_there(lab: &Lab) -> Verdict {
    if !cfg!(target_os = "linux") {
        return Err(Stop::NotRun(say!("seen/lab1/only_linux_gives_every_machine_all").to_string()));
    }
    lab.start()?;
    lab.connect("client")?;

    lab.say(say!("seen/lab1/the_same_port_on_another_address"));
    let other = match lab.ip() {
        IpAddr::V4(ip) => Ipv4Addr::from(u32::from(ip) ^ 0x0001_0000),
        IpAddr::V6(_) => Ipv4Addr::LOCALHOST,
    };
    lab.expect_refused("client", SocketAddr::from((other, lab.address().port())))
}

pub fn says_when_the_port_is_taken(lab: &Lab) -> Verdict {
    let taken = lab.listen()?;
    let address = taken.address()?;
    lab.say(say!("seen/lab1/the_grader_listens_on_itself", address));

    lab.launch(vec!["--listen".to_string(), address.to_string()], None)?;
    lab.expect_exit(3, Patience::NORMAL)?;
    lab.expect_stdout(b"")?;
    lab.expect_stderr_has(&address.port().to_string())
}

pub fn listens_on_ipv6(lab: &Lab) -> Verdict {
    if !peer::has_ipv6() {
        return Err(Stop::NotRun(say!("seen/lab1/this_machine_has_no_ipv6_address").to_string()));
    }
    lab.start_with(&Start { listen: Some(SocketAddr::from((Ipv6Addr::LOCALHOST, 0))), ..Start::default() })?;
    lab.connect("client")?.expect_nothing_more()
}
