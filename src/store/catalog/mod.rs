//! Which models can be installed, and from where.
//!
//! `models/catalog.toml` is compiled in; [`Catalog::parse`] reads any other. Parsing is strict: a field
//! that is not known, a hash that is missing, a path that climbs, a size that is absurd is an error that
//! names its entry. What passes is safe to act on: every name in it can be joined to a directory, put
//! into a URL or handed to pip as it is.

mod check;
mod entry;

pub use check::MAX_MODEL_BYTES;
pub use entry::{Family, Hub, HubFile, Model, Package, PackageFile, Pin, Revision, Wheel};
pub(super) use entry::{file_name, is_commit};

use super::error::{Error, Result};

/// A catalog is some kilobytes of text; more than this is not read.
const MAX_CATALOG_BYTES: usize = 1 << 20;

/// The models that can be installed.
#[derive(Debug, Clone)]
pub struct Catalog {
    models: Vec<Model>,
}

impl Catalog {
    /// The catalog of this build.
    ///
    /// # Panics
    /// Never in a build that passed its tests: they parse it.
    pub fn builtin() -> Self {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/catalog.toml"));
        Self::parse(text).expect("the catalog that is compiled in is tested")
    }

    /// Reads and checks a catalog.
    ///
    /// # Errors
    /// [`Error::Catalog`] names the entry and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self> {
        let whole = |why: String| Error::Catalog { entry: "as a whole".into(), why };
        if text.len() > MAX_CATALOG_BYTES {
            return Err(whole(format!("it is {} bytes, the limit is {MAX_CATALOG_BYTES}", text.len())));
        }
        let mut table: toml::Table = toml::from_str(text).map_err(|e| whole(e.to_string()))?;
        let entries = match table.remove("model") {
            Some(toml::Value::Array(entries)) => entries,
            _ => return Err(whole("it needs [[model]] entries".into())),
        };
        if let Some(key) = table.keys().next() {
            return Err(whole(format!("unknown field `{key}`")));
        }
        // Each entry is read on its own, so that the error can name it.
        let models = entries.into_iter().enumerate().map(read_entry).collect::<Result<Vec<_>>>()?;
        for (at, model) in models.iter().enumerate() {
            if models[..at].iter().any(|other| other.id == model.id) {
                return Err(Error::Catalog { entry: model.id.clone(), why: "the id comes twice".into() });
            }
        }
        Ok(Self { models })
    }

    /// All models, in the catalog's order.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model with this id.
    ///
    /// # Errors
    /// [`Error::UnknownModel`] lists those that exist.
    pub fn get(&self, id: &str) -> Result<&Model> {
        self.models.iter().find(|m| m.id == id).ok_or_else(|| Error::UnknownModel {
            id: id.into(),
            known: self.models.iter().map(|m| m.id.clone()).collect(),
        })
    }
}

fn read_entry((at, value): (usize, toml::Value)) -> Result<Model> {
    let name = match value.get("id").and_then(toml::Value::as_str) {
        Some(id) => format!("{id:?}"),
        None => format!("number {}", at + 1),
    };
    let wrong = |why| Error::Catalog { entry: name.clone(), why };
    let model: Model = value.try_into().map_err(|e: toml::de::Error| wrong(e.message().to_string()))?;
    check::model(&model).map_err(wrong)?;
    Ok(model)
}

#[cfg(test)]
mod tests;
