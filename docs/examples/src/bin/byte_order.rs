//! The same number as bytes in two orders, and what becomes of it when the two ends disagree.

fn main() {
    println!("{:>10}  {:11}  {:11}  read in the wrong order", "number", "big-endian", "little");
    for number in [1_u32, 255, 256, 65_536, 3_000_000_000] {
        let big = number.to_be_bytes();
        let little = number.to_le_bytes();
        let wrong = u32::from_le_bytes(big);
        println!("{number:>10}  {}  {}  {wrong}", hex(big), hex(little));
    }
}

fn hex(bytes: [u8; 4]) -> String {
    bytes.map(|byte| format!("{byte:02x}")).join(" ")
}
