//! One binary an operation, named as the operation, serving the operation.

use std::collections::{BTreeMap, BTreeSet};

use sharepact_local::operations::{self, CONTEXTS};

/// The `[[bin]]` entries of a manifest: name to path.
fn binaries(manifest: &str) -> BTreeMap<String, String> {
    let value = |section: &str, key: &str| {
        let line = section.lines().find_map(|line| line.strip_prefix(key));
        let text = line.and_then(|rest| rest.trim().strip_prefix('='));
        text.map(|text| text.trim().trim_matches('"').to_owned())
    };
    let sections = manifest.split("[[bin]]").skip(1);
    sections
        .map(|section| {
            let section = section.split("\n[").next().unwrap_or(section);
            let name = value(section, "name").expect("a binary has a name");
            (name, value(section, "path").expect("a binary has a path"))
        })
        .collect()
}

#[test]
fn every_operation_is_one_binary_of_its_context_and_every_binary_one_operation() {
    for context in CONTEXTS {
        let folder = format!("functions/{}", context.name);
        let found = binaries(&crate::read(format!("{folder}/Cargo.toml")));
        let expected: BTreeMap<_, _> = context
            .operations
            .iter()
            .map(|operation| {
                (
                    operation.name.to_owned(),
                    format!("src/bin/{}.rs", operation.name),
                )
            })
            .collect();
        assert_eq!(
            found, expected,
            "left: [[bin]] in {folder}/Cargo.toml; right: the operations of the context"
        );
        let files: BTreeSet<_> = std::fs::read_dir(crate::root().join(&folder).join("src/bin"))
            .expect("src/bin can be read")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        let expected: BTreeSet<_> = context
            .operations
            .iter()
            .map(|operation| format!("{}.rs", operation.name))
            .collect();
        assert_eq!(
            files, expected,
            "{folder}/src/bin holds the binaries and nothing else"
        );
    }
    let folders: BTreeSet<_> = std::fs::read_dir(crate::root().join("functions"))
        .expect("functions can be read")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let contexts: BTreeSet<_> = CONTEXTS
        .iter()
        .map(|context| context.name.to_owned())
        .collect();
    assert_eq!(
        folders, contexts,
        "left: functions/; right: the contexts of infra/local/src/operations.rs"
    );
}

#[test]
fn a_binary_serves_the_operation_it_is_named_for() {
    for context in CONTEXTS {
        for operation in context.operations {
            let (folder, name) = (format!("functions/{}/src", context.name), operation.name);
            let binary = crate::read(format!("{folder}/bin/{name}.rs"));
            let served = binary
                .split_once("serve(&")
                .and_then(|(_, rest)| rest.split_once("::OPERATION)"))
                .map(|(path, _)| path.split("::").collect::<Vec<_>>());
            let Some([package, module]) = served.as_deref() else {
                panic!("{folder}/bin/{name}.rs is `serve(&package::module::OPERATION)`: {binary}");
            };
            assert_eq!(*package, format!("sharepact_{}", context.name), "{name}");
            let code = crate::read(format!("{folder}/{module}.rs"));
            assert!(
                code.contains(&format!("name: \"{name}\",")),
                "{folder}/bin/{name}.rs serves {module}::OPERATION, which has another name"
            );
            // Three lines, so that a function's build costs no more than its link.
            let lines = binary
                .lines()
                .filter(|line| !line.trim().is_empty() && !line.starts_with("//"));
            assert_eq!(
                lines.count(),
                3,
                "{folder}/bin/{name}.rs holds its main and nothing else"
            );
        }
    }
}

#[test]
fn a_name_is_noun_first_and_made_of_words() {
    let mut names = BTreeSet::new();
    for operation in operations::all() {
        let name = operation.name;
        assert!(names.insert(name), "{name} stands twice");
        let words: Vec<_> = name.split('-').collect();
        let plain = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        assert!(
            words.len() == 2 && words.iter().all(plain),
            "{name} is noun-verb, in lower case"
        );
        assert_eq!(operation.resource().to_lowercase(), words.concat());
    }
}
