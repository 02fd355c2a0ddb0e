//! One connection: the checks of `echo_once` and `echo_until_eof`.

#[cfg(not(unix))]
use crate::check::Stop;
use crate::check::{Kind, Patience, Verdict};
use crate::lab::{Fail, Lab};
use crate::peer::{self, Tcp, grouped};
use crate::texts::say;

pub fn answers_at_once(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    client.send(b"Hello, world")?;
    client.expect(b"Hello, world")
}

pub fn echoes_just_what_came(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    for text in [format!("{}\r\n", lab.word(3)), lab.word(3)] {
        client.send(text.as_bytes())?;
        client.expect(text.as_bytes())?;
        client.expect_nothing_more()?;
    }
    Ok(())
}

pub fn echoes_any_bytes(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    // Nothing has been sent: there is nothing to echo, and no end to see.
    client.expect_nothing_more()?;

    // One message: that a second one is answered too is for the next check to say.
    let mut bytes: Vec<u8> = lab.size((0..=255).collect(), vec![0, 10, 13, 127, 128, 255]);
    bytes.extend(b"\xc3\x28 \xf0\x9f");
    bytes.extend(vec![0; lab.size(100, 4)]);
    client.send(&bytes)?;
    client.expect(&bytes)
}

pub fn echoes_again_and_again(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    ping(lab, &mut client)?;
    client.expect_nothing_more()?;
    for _ in 1..lab.size(100, 3) {
        ping(lab, &mut client)?;
    }
    Ok(())
}

pub fn echoes_single_bytes(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    for letter in lab.word(7).as_bytes().chunks(1) {
        client.send(letter)?;
        client.expect(letter)?;
        // A connection that ends here does so before the next byte is on its way.
        lab.let_it_read()?;
    }
    client.expect_nothing_more()
}

pub fn answers_full_buffers(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    for size in lab.size(&[1024, 2048, 4096, 8192, 65_536][..], &[8, 16][..]) {
        let payload = lab.payload(*size);
        client.send(&payload.all())?;
        client.expect_payload(&payload)?;
        client.send(b"+")?;
        client.expect(b"+")?;
    }
    Ok(())
}

pub fn ends_cleanly(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    let bytes = lab.payload(lab.size(3000, 6)).all();
    client.send(&bytes)?;
    client.close_write()?;
    client.expect(&bytes)?;
    client.expect_eof()?;

    lab.say(say!("seen/lab1/this_stage_is_done_now_and"));
    lab.expect_exit(0, Patience::NORMAL)?;
    lab.expect_stderr_has(&format!("{} bytes echoed", bytes.len()))
}

pub fn echoes_megabytes(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;
    client.exchange(&lab.payload(lab.size(4 * 1024 * 1024, 20)))?;

    // However fast the program was, all of its reads may have filled its buffer. This one does not.
    let rest = lab.payload(lab.size(777, 7));
    client.send(&rest.all())?;
    client.expect_payload(&rest)?;
    client.expect_nothing_more()
}

#[cfg(unix)]
pub fn sends_every_byte_to_a_slow_client(lab: &Lab) -> Verdict {
    lab.start()?;
    lab.like_a_real_network();
    let mut client = lab.connect("client")?;

    let payload = lab.payload(lab.size(2 * peer::largest_send_queue() + 2 * 1024 * 1024, 20));
    let sent = client.fill_until_blocked(&payload, payload.len)?;

    lab.say(say!("seen/lab1/the_client_reads_5_000_bytes"));
    let got = client.read_with_pauses(&payload, 5000, 200)?;
    client.stream_payload(&payload, sent, got, payload.len)
}

#[cfg(not(unix))]
pub fn sends_every_byte_to_a_slow_client(_: &Lab) -> Verdict {
    Err(Stop::NotRun(say!("seen/lab1/sigstop_which_interrupts_a_write_is").to_string()))
}

pub fn reads_no_more_than_it_can_send(lab: &Lab) -> Verdict {
    lab.start()?;
    let mut client = lab.connect("client")?;

    // What both of the program's queues can hold, and a little more.
    let most = 2 * peer::largest_send_queue() + peer::largest_receive_queue() + 1024 * 1024;
    let taken = client.fill_until_blocked(&lab.payload(most), most)?;
    if taken < most {
        return Ok(());
    }
    Err(lab.fail(
        Fail::new(Kind::Unbounded)
            .lane("client")
            .want(say!("seen/lab1/the_program_stops_reading_before_bytes", most = grouped(most)))
            .got(say!("seen/lab1/it_took_bytes_and_the_client", taken = grouped(taken))),
    ))
}

/// One word there and back.
pub fn ping(lab: &Lab, client: &mut Tcp) -> Verdict {
    let word = lab.word(lab.size(8 + lab.below(40) as usize, 2));
    client.send(word.as_bytes())?;
    client.expect(word.as_bytes())
}
