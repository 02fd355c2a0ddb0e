//! Every attack of the table, in the sandbox that grading uses: its control works, the real run does not, and the honest
//! submission that comes next gets its marks. Fixtures are the project's own, bounded, and reach for canaries only.
#![cfg(target_os = "linux")]

#[path = "attacks/alone.rs"]
mod alone;
mod common;
#[path = "attacks/control.rs"]
mod control;
#[path = "attacks/doctor.rs"]
mod doctor;
#[path = "attacks/neighbours.rs"]
mod neighbours;
#[path = "attacks/peers.rs"]
mod peers;
#[path = "attacks/places.rs"]
mod places;
#[path = "attacks/range.rs"]
mod range;
#[path = "attacks/table.rs"]
mod table;
#[path = "attacks/uid.rs"]
mod uid;
