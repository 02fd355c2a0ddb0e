//! The job files of `cargo grade emit slurm`, in a real Slurm: one controller and two nodes on this machine's loopback.
//!
//! Each test starts a Slurm of its own and ends exactly that. Only root can: `slurmd` starts programs for other people.

#![cfg(target_os = "linux")]

#[path = "slurm/class.rs"]
mod class;
#[path = "slurm/cluster.rs"]
mod cluster;
#[path = "common/mod.rs"]
mod common;
#[path = "slurm/guide.rs"]
mod guide;
#[path = "slurm/retries.rs"]
mod retries;
#[path = "slurm/trouble.rs"]
mod trouble;
