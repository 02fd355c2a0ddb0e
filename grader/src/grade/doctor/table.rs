//! The table of attacks, in the order of the list that the project keeps.

mod builds;
mod heavy;
mod judged;
mod looks;

use super::attack::Attack;

/// All of them.
pub fn attacks() -> Vec<Attack> {
    [judged::ATTACKS, builds::ATTACKS, heavy::ATTACKS, looks::ATTACKS].concat()
}
