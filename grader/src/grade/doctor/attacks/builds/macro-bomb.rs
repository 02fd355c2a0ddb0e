macro_rules! bomb {
    ($($t:tt)*) => {
        bomb! {
            $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)*
            $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)* $($t)*
        }
    };
}
bomb! { a a a a a a a a a a a a a a a a }
