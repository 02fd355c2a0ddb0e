//! The teacher's side: a class of submissions that nobody trusts, graded.
//!
//! Data flows one way: [`intake`] reads what the platform let a teacher download, and lays each submission's files in a
//! folder of its own; each is staged, built and judged in a sandbox, which leaves a [`model::Record`]; [`policy`] turns
//! records into marks; [`output`] turns both into what people and platforms read. Only [`model`] is known to all of them.

pub mod class;
pub mod commands;
pub mod demo;
pub mod doctor;
pub mod intake;
pub mod judge;
pub mod merge;
pub mod model;
pub mod one;
pub mod orphans;
pub mod output;
pub mod pack;
pub mod plan;
pub mod policy;
pub mod preflight;
pub mod sandbox;
pub mod session;
pub mod shard;
pub mod stop;
pub mod store;
