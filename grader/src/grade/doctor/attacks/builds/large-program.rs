#[used]
pub static LARGE: [u8; 72_000_000] = [1; 72_000_000];
