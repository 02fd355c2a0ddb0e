//! What a teacher downloads becomes submissions: every platform's form, and every form of attack. All fixtures are made
//! here, so that a byte of them can be explained; hostile ones lie in ways that no writer of archives would.

mod git;
mod hostile;
mod labs;
mod layouts;
mod make;
mod names;
mod rosters;
mod steady;
