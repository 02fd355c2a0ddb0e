macro_rules! megabyte {
    () => {
        "@MEGABYTE@"
    };
}
macro_rules! sixteen {
    ($one:ident) => {
        concat!(
            $one!(), $one!(), $one!(), $one!(), $one!(), $one!(), $one!(), $one!(),
            $one!(), $one!(), $one!(), $one!(), $one!(), $one!(), $one!(), $one!()
        )
    };
}
macro_rules! more {
    () => {
        sixteen!(megabyte)
    };
}
macro_rules! most {
    () => {
        sixteen!(more)
    };
}
pub const BOMB: &str = sixteen!(most);
