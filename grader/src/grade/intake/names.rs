//! What platforms write into names: a person, a number, late or not. Parsers of text alone, one for each platform.

use std::sync::LazyLock;

use regex::Regex;

pub use crate::workbook::submit::placed::lab_in;

/// `<name>_<id>_assignsubmission_<kind>`; in the flat mode the name of the file follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moodle {
    pub name: String,
    pub id: String,
    /// `file`, `onlinetext`; other plugins of a site have other words.
    pub kind: String,
    /// Flat mode only.
    pub file: Option<String>,
}

pub fn moodle(name: &str) -> Option<Moodle> {
    static FORM: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?s:^([^_]*)_([0-9]{1,18})_assignsubmission_([a-z]+)(?:_(.*))?$)").ok());
    let found = FORM.as_ref()?.captures(name)?;
    let part = |at| found.get(at).map(|part| part.as_str().to_string());
    let file = part(4).filter(|file| !file.is_empty());
    Some(Moodle { name: part(1)?, id: part(2)?, kind: part(3)?, file })
}

/// `<name>[_LATE]_<user>_<attachment>_<file>`; `anon_<id>_...` in an anonymous assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canvas {
    pub name: String,
    pub late: bool,
    pub user: String,
    /// Grows from upload to upload. Empty for online text and links.
    pub attachment: String,
    pub file: String,
}

pub fn canvas(name: &str) -> Option<Canvas> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?s:^([^_]+)_(?:(?i:(late))_)?([0-9]{1,18})_(?:([0-9]{1,18})_([^\n]+)|((?:text|link)\.html))$)")
            .ok()
    });
    let found = FORM.as_ref()?.captures(name)?;
    let part = |at| found.get(at).map(|part| part.as_str().to_string());
    Some(Canvas {
        name: part(1)?,
        late: part(2).is_some(),
        user: part(3)?,
        attachment: part(4).unwrap_or_default(),
        file: part(5).or_else(|| part(6))?,
    })
}

/// Takes Canvas's count of uploads off a file's name: `lib-2.rs` is the third `lib.rs`. A number after `lab` is the lab's.
pub fn canvas_try(file: &str) -> (String, u32) {
    let stem = super::archive::stem(file);
    let dot = if stem.len() < file.len() { stem.len() } else { file.rfind('.').unwrap_or(file.len()) };
    let (stem, end) = file.split_at(dot);
    let counted = stem.rsplit_once('-').and_then(|(base, count)| {
        let number: u32 =
            count.parse().ok().filter(|number| (1..=99).contains(number) && !count.starts_with(['0', '+']))?;
        let is_name = base.is_empty() || base.to_ascii_lowercase().ends_with("lab");
        (!is_name).then(|| (format!("{base}{end}"), number + 1))
    });
    counted.unwrap_or_else(|| (file.to_string(), 1))
}

/// What a teacher's own pattern finds; its groups are `id`, `name`, `email`, `file`, `late` and `try`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Custom {
    pub id: Option<String>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub file: Option<String>,
    pub late: bool,
    pub attempt: Option<u32>,
}

/// Compiles a pattern; what is wrong with it is said with the groups that there are.
pub fn pattern(text: &str) -> anyhow::Result<Regex> {
    const GROUPS: [&str; 6] = ["id", "name", "email", "file", "late", "try"];
    let built = regex::RegexBuilder::new(text).size_limit(1 << 20).build();
    let form = built.map_err(|error| anyhow::anyhow!("the pattern of the intake is none: {error}"))?;
    if let Some(odd) = form.capture_names().flatten().find(|name| !GROUPS.contains(name)) {
        anyhow::bail!("the pattern of the intake has a group `{odd}`; try: (?P<id>...), {}", GROUPS[1..].join(", "));
    }
    if !form.capture_names().flatten().any(|name| matches!(name, "id" | "name" | "email")) {
        anyhow::bail!("the pattern of the intake says nobody's name; try: a group (?P<id>...), name or email");
    }
    Ok(form)
}

pub fn custom(form: &Regex, name: &str) -> Option<Custom> {
    let found = form.captures(name)?;
    let part = |group| found.name(group).map(|part| part.as_str().trim().to_string()).filter(|part| !part.is_empty());
    let custom = Custom {
        id: part("id"),
        name: part("name"),
        email: part("email"),
        file: part("file"),
        late: part("late").is_some(),
        attempt: part("try").and_then(|number| number.parse().ok()),
    };
    (custom.id.is_some() || custom.name.is_some() || custom.email.is_some()).then_some(custom)
}
