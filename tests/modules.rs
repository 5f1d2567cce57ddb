//! Who may use whom inside the crate, held by reading the sources.
//!
//! Each folder of `src` lists what it may use of ours (`crate::…`) and which outside crates it never names.
//! A name counts wherever code names it: in a `use`, in a path, in a type.

use std::fs;
use std::path::{Path, PathBuf};

struct Rule {
    module: &'static str,
    /// Modules of ours that it may name besides itself.
    may_use: &'static [&'static str],
    /// What it never names.
    never: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule { module: "system", may_use: &[], never: &["candle", "dioxus", "hf_hub", "tokio"] },
    Rule { module: "model_dir", may_use: &[], never: &["candle", "dioxus", "hf_hub"] },
    Rule { module: "resample", may_use: &[], never: &["candle", "dioxus", "std::thread", "std::time"] },
    Rule { module: "timeline", may_use: &[], never: &["candle", "dioxus", "std::thread", "std::time", "std::fs"] },
    Rule {
        module: "inference",
        may_use: &["model_dir", "kernels", "resample"],
        never: &["dioxus", "hf_hub", "std::thread", "tokio", "std::time::Instant", "Instant::now", "SystemTime"],
    },
    Rule { module: "kernels", may_use: &[], never: &["candle", "dioxus", "hf_hub", "tokio", "std::time"] },
    Rule { module: "store", may_use: &["model_dir", "system"], never: &["candle", "dioxus"] },
    Rule {
        module: "scheduler",
        may_use: &[],
        never: &["candle", "dioxus", "tokio", "std::time", "std::thread", "std::fs", "std::env", "rustix", "libc"],
    },
    Rule {
        module: "profile",
        may_use: &["inference", "kernels", "model_dir", "scheduler", "system"],
        never: &["dioxus"],
    },
    // Of Dioxus the bridge knows under which address it serves the app's page: as text, not as code.
    Rule {
        module: "sensors",
        may_use: &["resample", "scheduler", "system", "timeline"],
        never: &["candle", "dioxus::", "dioxus_", "hf_hub"],
    },
    Rule {
        module: "lab",
        may_use: &["inference", "kernels", "model_dir", "profile", "scheduler", "store", "timeline"],
        never: &["dioxus"],
    },
    Rule {
        module: "app",
        may_use: &["inference", "model_dir", "profile", "scheduler", "sensors", "store", "system"],
        never: &["candle"],
    },
];

#[test]
fn modules_use_only_what_they_may() {
    let mut broken = Vec::new();
    for rule in RULES {
        for file in rust_files(&source(rule.module)) {
            let name = file.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            let code = code_of(&fs::read_to_string(&file).unwrap());
            broken.extend(violations(rule, &name, &code));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_module_has_a_rule() {
    let lib = fs::read_to_string(source("lib.rs")).unwrap();
    for line in lib.lines() {
        if let Some(module) = line.strip_prefix("pub mod ").and_then(|l| l.strip_suffix(';')) {
            assert!(RULES.iter().any(|r| r.module == module), "{module} has no rule in tests/modules.rs");
        }
    }
}

#[test]
fn a_broken_rule_is_seen() {
    let rule = RULES.iter().find(|r| r.module == "store").unwrap();
    let broken = |file, code| violations(rule, file, &code_of(code)).len();
    assert_eq!(broken("src/store/a.rs", "use candle_core::Tensor;"), 1);
    assert_eq!(broken("src/store/a.rs", "use crate::inference::Options;"), 1);
    assert_eq!(broken("src/store/a.rs", "use crate::{model_dir::ModelDir, inference};"), 1);
    assert_eq!(broken("src/store/a.rs", "use crate::model_dir::ModelDir; // unlike candle"), 0);
}

fn violations(rule: &Rule, file: &str, code: &str) -> Vec<String> {
    let mut broken = Vec::new();
    for word in rule.never {
        if code.contains(word) {
            broken.push(format!("{file} names {word}; {} never does", rule.module));
        }
    }
    for module in modules() {
        let may = module == rule.module || rule.may_use.contains(&module.as_str());
        if !may && names_module(code, &module) {
            broken.push(format!("{file} names crate::{module}; {} may use {:?}", rule.module, rule.may_use));
        }
    }
    broken
}

/// Whether `code` names `crate::module`, alone or in a braced list.
fn names_module(code: &str, module: &str) -> bool {
    if code.contains(&format!("crate::{module}")) {
        return true;
    }
    code.match_indices("crate::{").any(|(at, _)| {
        let list = &code[at..];
        let list = &list[..list.find(';').unwrap_or(list.len())];
        list.split(['{', ',', '}', ' ', '\n', ':']).any(|word| word == module)
    })
}

/// The modules of the crate: the folders of `src`.
fn modules() -> Vec<String> {
    let entries = fs::read_dir(root().join("src")).unwrap().map(|e| e.unwrap());
    entries
        .filter(|e| e.path().is_dir() && e.file_name() != "bin")
        .map(|e| e.file_name().into_string().unwrap())
        .collect()
}

/// A source without its comments: prose may name anything.
fn code_of(source: &str) -> String {
    source.lines().map(|l| l.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn source(name: &str) -> PathBuf {
    root().join("src").join(name)
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            files.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            files.push(entry);
        }
    }
    files
}
