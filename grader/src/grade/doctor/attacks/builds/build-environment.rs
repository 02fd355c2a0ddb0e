pub const SECRET: Option<&str> = option_env!("LOOPBACK_CANARY");

const _: () = match SECRET {
    Some(secret) => panic!("{}", secret),
    None => {}
};
