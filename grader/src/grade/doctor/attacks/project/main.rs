macros::attack!();

fn main() {
    println!("test result: ok");
}
