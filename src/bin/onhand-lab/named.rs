//! How a command names several models: `MODEL[:variant]`.

use onhand::inference::Variant;
use std::str::FromStr;

/// A model, and which variant of it: `mobilenet-v3-small`, `whisper-base:int8`, `./my-model:f16`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Id of an installed model, or a model directory.
    pub model: String,
    /// `None`: as it is installed.
    pub variant: Option<Variant>,
}

impl FromStr for Named {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let (model, variant) = match name.rsplit_once(':') {
            // A colon of the path itself: `C:\models\mine`.
            Some((_, behind)) if behind.contains(['/', '\\']) => (name, None),
            Some((model, variant)) => (model, Some(variant.parse()?)),
            None => (name, None),
        };
        if model.is_empty() {
            return Err("a model's id or directory is wanted, such as mobilenet-v3-small:int8".into());
        }
        Ok(Self { model: model.into(), variant })
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.model)?;
        self.variant.map_or(Ok(()), |variant| write!(f, ":{variant}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_named_with_or_without_its_variant() {
        let named = |model: &str, variant| Ok(Named { model: model.into(), variant });
        for (said, want) in [
            ("whisper-tiny.en", named("whisper-tiny.en", None)),
            ("whisper-base:int8", named("whisper-base", Some(Variant::Int8))),
            ("./mine:f16", named("./mine", Some(Variant::F16))),
            ("C:\\models\\mine", named("C:\\models\\mine", None)),
            ("C:\\models\\mine:f32", named("C:\\models\\mine", Some(Variant::F32))),
        ] {
            assert_eq!(said.parse(), want, "{said}");
        }
        assert!("a:int4".parse::<Named>().unwrap_err().contains("int4 is no variant"));
        assert!(":int8".parse::<Named>().is_err() && "".parse::<Named>().is_err());
        assert_eq!("a:int8".parse::<Named>().unwrap().to_string(), "a:int8");
    }
}
