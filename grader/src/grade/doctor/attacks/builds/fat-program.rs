#[used]
pub static FAT: [u8; 300_000_000] = [1; 300_000_000];
