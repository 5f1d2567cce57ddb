//! Which logit means what, from `id2label` of transformers' `config.json`.

use std::collections::BTreeMap;

/// The classes of a sentiment model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labels {
    /// The names, in the order of the logits, as the configuration writes them.
    pub names: Vec<String>,
    /// The logit for a good feeling.
    pub positive: usize,
    /// The logit for a bad one.
    pub negative: usize,
}

impl Labels {
    /// Reads `id2label`. Beside one positive and one negative class there may be others (neutral, mixed).
    ///
    /// # Errors
    /// In words: it is not there, does not number the classes from 0, or does not say which one is positive.
    pub fn from_config(config: &serde_json::Value) -> Result<Self, String> {
        const MOST: usize = 64;
        let by_id: BTreeMap<String, String> = config
            .get("id2label")
            .and_then(|v| serde_json::from_value(v.clone()).ok())
            .ok_or("config.json has no id2label, so nobody knows which answer is positive")?;
        if by_id.len() > MOST {
            return Err(format!("id2label names {} classes, no sentiment model has more than {MOST}", by_id.len()));
        }
        let names: Option<Vec<String>> = (0..by_id.len()).map(|i| by_id.get(&i.to_string()).cloned()).collect();
        let names = names.ok_or("id2label does not number its classes 0, 1, 2, …")?;
        let find = |word: &str| {
            let mut found = names.iter().enumerate().filter(|(_, name)| name.to_lowercase().starts_with(word));
            match (found.next(), found.next()) {
                (Some((at, _)), None) => Some(at),
                _ => None,
            }
        };
        match (find("pos"), find("neg")) {
            (Some(positive), Some(negative)) => Ok(Self { positive, negative, names }),
            _ => Err(format!(
                "its labels are {}; a sentiment model has one whose name begins with POS and one with NEG",
                names.join(", ")
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Labels;
    use serde_json::json;

    #[test]
    fn the_positive_class_is_found_wherever_it_stands() {
        let table = [
            (json!({"0": "NEGATIVE", "1": "POSITIVE"}), 1, 0),
            (json!({"0": "pos", "1": "neg"}), 0, 1),
            (json!({"0": "negative", "1": "neutral", "2": "positive"}), 2, 0),
        ];
        for (id2label, positive, negative) in table {
            let labels = Labels::from_config(&json!({ "id2label": id2label })).unwrap();
            assert_eq!((labels.positive, labels.negative), (positive, negative), "{labels:?}");
        }
    }

    #[test]
    fn labels_that_do_not_say_are_refused() {
        let table = [
            (json!({}), "no id2label"),
            (json!({"id2label": [1, 2]}), "no id2label"),
            (json!({"id2label": {}}), "one whose name begins with POS"),
            (json!({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}), "its labels are LABEL_0, LABEL_1"),
            (json!({"id2label": {"0": "joy", "1": "anger", "2": "fear"}}), "its labels are joy, anger, fear"),
            (json!({"id2label": {"0": "positive", "1": "very positive", "2": "pos", "3": "neg"}}), "its labels are"),
            (json!({"id2label": {"1": "NEGATIVE", "2": "POSITIVE"}}), "does not number"),
        ];
        for (config, says) in table {
            let said = Labels::from_config(&config).unwrap_err();
            assert!(said.contains(says), "{config}: {said}");
        }
    }
}
