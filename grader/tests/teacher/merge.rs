//! `cargo grade merge` and `plan`: one class from parts, whichever parts there are, and none where something is wrong.

mod by_hand;
mod made;
mod plan;
mod refused;
mod rows;
mod same;
