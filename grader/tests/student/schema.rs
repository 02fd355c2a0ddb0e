//! Just as much of JSON Schema (draft 2020-12) as the schemas in the book use; a keyword that is not known here is an error,
//! so that nothing in them goes unchecked. A whole validator (jsonschema, boon) would be seventy crates more.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

pub struct Schema {
    root: Value,
}

pub fn load(path: &Path) -> Schema {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let root: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(root["$schema"], "https://json-schema.org/draft/2020-12/schema", "{}", path.display());
    Schema { root }
}

impl Schema {
    /// Where and how a value does not fit.
    pub fn faults(&self, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(&self.root, value, "", &mut faults);
        faults
    }

    /// The name of every property.
    pub fn fields(&self) -> Vec<String> {
        let mut fields = Vec::new();
        names(&self.root, &mut fields);
        fields.sort();
        fields.dedup();
        fields
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let schema = schema.as_object().unwrap_or_else(|| panic!("a schema is an object: {schema}"));
        for (keyword, wanted) in schema {
            let fits = match keyword.as_str() {
                "$schema" | "$id" | "$defs" | "title" | "description" => true,
                "$ref" => {
                    let name =
                        wanted.as_str().and_then(|path| path.strip_prefix('#')).expect("a reference in this file");
                    let target = self.root.pointer(name).unwrap_or_else(|| panic!("there is no {name}"));
                    self.check(target, value, at, faults);
                    true
                }
                "type" => types(wanted).iter().any(|name| is_of(value, name)),
                "const" => value == wanted,
                "enum" => list(wanted).contains(value),
                "pattern" => value.as_str().is_none_or(|text| matches(wanted.as_str().unwrap(), text)),
                "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().unwrap()),
                "minItems" => value.as_array().is_none_or(|all| all.len() as u64 >= wanted.as_u64().unwrap()),
                "items" => {
                    for (turn, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(wanted, item, &format!("{at}/{turn}"), faults);
                    }
                    true
                }
                "anyOf" => list(wanted).iter().any(|one| {
                    let mut others = Vec::new();
                    self.check(one, value, at, &mut others);
                    others.is_empty()
                }),
                "required" => value
                    .as_object()
                    .is_none_or(|object| list(wanted).iter().all(|name| object.contains_key(name.as_str().unwrap()))),
                "properties" | "additionalProperties" | "propertyNames" => {
                    self.properties(keyword, schema, value, at, faults);
                    true
                }
                other => panic!("the test does not know the keyword `{other}`"),
            };
            if !fits {
                faults.push(format!("{at}: {keyword} {wanted}, but {value}"));
            }
        }
    }

    fn properties(
        &self,
        keyword: &str,
        schema: &Map<String, Value>,
        value: &Value,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        for (name, inner) in value.as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            let known = schema.get("properties").and_then(|all| all.get(name));
            match (keyword, known, &schema[keyword]) {
                ("properties", Some(known), _) => self.check(known, inner, &at, faults),
                ("propertyNames", _, wanted) => self.check(wanted, &Value::from(name.as_str()), &at, faults),
                ("additionalProperties", None, Value::Bool(false)) => faults.push(format!("{at} is not in the schema")),
                ("additionalProperties", None, wanted) => self.check(wanted, inner, &at, faults),
                _ => {}
            }
        }
    }
}

fn names(schema: &Value, fields: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                fields.extend(properties.keys().cloned());
            }
            object.values().for_each(|inner| names(inner, fields));
        }
        Value::Array(all) => all.iter().for_each(|inner| names(inner, fields)),
        _ => {}
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn types(wanted: &Value) -> Vec<&str> {
    match wanted {
        Value::String(one) => vec![one],
        several => list(several).iter().map(|name| name.as_str().unwrap()).collect(),
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("there is no type `{other}`"),
    }
}

/// A pattern as they are here: anchored at its beginning, of classes and letters, with `{n}`, `{n,m}`, `+` and `?`.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, whole) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let pattern: Vec<char> = pattern.strip_prefix('^').expect("an anchored pattern").chars().collect();
    let text: Vec<char> = text.chars().collect();
    rest_fits(&pattern, &text, whole)
}

fn rest_fits(pattern: &[char], text: &[char], whole: bool) -> bool {
    let Some(first) = pattern.first() else { return !whole || text.is_empty() };
    let class = match first {
        '[' => pattern.iter().position(|char| *char == ']').expect("the end of a class") + 1,
        '\\' => 2,
        _ => 1,
    };
    let (least, most, used) = count(&pattern[class..]);
    let fitting = text.iter().take(most).take_while(|char| in_class(&pattern[..class], **char)).count();
    (least..=fitting).rev().any(|taken| rest_fits(&pattern[class + used..], &text[taken..], whole))
}

/// How often, and how many letters say so.
fn count(pattern: &[char]) -> (usize, usize, usize) {
    match pattern.first() {
        Some('+') => (1, usize::MAX, 1),
        Some('?') => (0, 1, 1),
        Some('{') => {
            let end = pattern.iter().position(|char| *char == '}').expect("the end of a count");
            let text: String = pattern[1..end].iter().collect();
            let (least, most) = text.split_once(',').unwrap_or((&text, &text));
            (least.parse().unwrap(), most.parse().unwrap(), end + 1)
        }
        _ => (1, 1, 0),
    }
}

fn in_class(class: &[char], char: char) -> bool {
    match class {
        ['[', inner @ .., ']'] => {
            let range = |at: usize| inner.get(at + 1) == Some(&'-') && at + 2 < inner.len();
            let mut at = 0;
            while at < inner.len() {
                let last = if range(at) { inner[at + 2] } else { inner[at] };
                if (inner[at]..=last).contains(&char) {
                    return true;
                }
                at += if range(at) { 3 } else { 1 };
            }
            false
        }
        ['\\', escaped] => *escaped == char,
        [one] => *one == char,
        other => panic!("no class: {other:?}"),
    }
}

#[test]
fn patterns_match_as_they_should() {
    for (pattern, text, fits) in [
        ("^[1-9]\\.[0-9]{2}[a-z]?$", "1.18b", true),
        ("^[1-9]\\.[0-9]{2}[a-z]?$", "1.1", false),
        ("^[1-9]\\.[0-9]{2}$", "1x18", false),
        ("^[0-9a-f]{4,16}$", "7f3a", true),
        ("^[0-9a-f]{4,16}$", "7F3A", false),
        ("^[a-z-]+$", "no-answer", true),
        ("^[a-z0-9_]+$", "a-b", false),
        ("^[a-z]?$", "", true),
        ("^labs/lab[1-9]/src/", "labs/lab3/src/lib.rs", true),
    ] {
        assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
    }
}
