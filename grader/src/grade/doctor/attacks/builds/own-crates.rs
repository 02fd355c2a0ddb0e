extern crate macros;

macros::attack!();
