//! The metadata of a Gradescope export: which folder is whose.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use jiff::fmt::strtime;
use saphyr::{LoadableYamlNode, Yaml};

use super::entry::plain;
use crate::grade::model::Person;

/// What `submission_metadata.yml` says of one folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Submission {
    pub people: Vec<Person>,
    pub received: Option<String>,
    /// When earlier ones were handed in, which the export leaves out.
    pub earlier: Vec<String>,
}

pub const METADATA: &str = "submission_metadata.yml";

/// Ruby writes its keys as symbols, which other readers see as strings with a colon.
pub fn parse(text: &str) -> Result<BTreeMap<String, Submission>> {
    let documents = Yaml::load_from_str(text).map_err(|error| anyhow::anyhow!("it is no YAML: {error}"))?;
    let Some(Yaml::Mapping(folders)) = documents.first() else {
        bail!("it does not map folders to submissions; try: the export as Gradescope made it");
    };
    let mut all = BTreeMap::new();
    for (folder, about) in folders {
        let folder = scalar(folder).context("a folder in it has no name")?;
        all.insert(folder, submission(about));
    }
    Ok(all)
}

fn submission(about: &Yaml<'_>) -> Submission {
    let people = list(get(about, "submitters")).map(|person| Person {
        name: text(person, "name").unwrap_or_default(),
        email: text(person, "email"),
        ids: text(person, "sid").map(|sid| ("sid".to_string(), sid)).into_iter().collect(),
    });
    let received = text(about, "created_at").and_then(|at| time(&at));
    let history = list(get(about, "history")).filter_map(|one| time(&text(one, "created_at")?));
    let earlier = history.filter(|at| Some(at) != received.as_ref()).collect();
    Submission { people: people.collect(), earlier, received }
}

fn get<'a, 'b>(about: &'a Yaml<'b>, key: &str) -> Option<&'a Yaml<'b>> {
    about.as_mapping_get(&format!(":{key}")).or_else(|| about.as_mapping_get(key))
}

fn list<'a, 'b>(node: Option<&'a Yaml<'b>>) -> impl Iterator<Item = &'a Yaml<'b>> {
    node.and_then(|node| node.as_sequence()).into_iter().flatten()
}

fn text(about: &Yaml<'_>, key: &str) -> Option<String> {
    get(about, key).and_then(scalar).map(|text| plain(&text)).filter(|text| !text.is_empty())
}

fn scalar(node: &Yaml<'_>) -> Option<String> {
    node.as_str().map(str::to_string).or_else(|| node.as_integer().map(|number| number.to_string()))
}

/// A time with an offset, as RFC 3339; one without is nobody's.
fn time(text: &str) -> Option<String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.to_string());
    }
    let text = text.replace(" Z", " +00:00").replace(" UTC", " +00:00");
    ["%Y-%m-%d %H:%M:%S%.f %:z", "%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%:z"]
        .into_iter()
        .find_map(|form| strtime::parse(form, &text).ok()?.to_timestamp().ok())
        .map(|at| at.to_string())
}
