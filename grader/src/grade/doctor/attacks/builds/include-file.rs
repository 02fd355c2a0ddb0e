const _: () = panic!("{}", include_str!("@FILE@"));
