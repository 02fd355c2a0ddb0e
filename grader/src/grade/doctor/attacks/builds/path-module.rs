#[path = "@FILE@"]
mod theirs;
