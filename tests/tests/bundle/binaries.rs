//! One binary a function, named as its operation or worker, serving exactly that.

use std::collections::{BTreeMap, BTreeSet};

use sharepact_local::operations::{self, CONTEXTS, Context};
use sharepact_local::template::Template;
use sharepact_runtime::Grant;

/// The names of a context's functions.
fn functions(context: &Context) -> impl Iterator<Item = &'static str> + use<> {
    let operations = context.operations.iter().map(|operation| operation.name);
    operations.chain(context.workers.iter().map(|worker| worker.name))
}

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
fn every_function_is_one_binary_of_its_context_and_every_binary_one_function() {
    for context in CONTEXTS {
        let folder = format!("functions/{}", context.name);
        let found = binaries(&crate::read(format!("{folder}/Cargo.toml")));
        let expected: BTreeMap<_, _> = functions(context)
            .map(|name| (name.to_owned(), format!("src/bin/{name}.rs")))
            .collect();
        assert_eq!(
            found, expected,
            "left: [[bin]] in {folder}/Cargo.toml; right: the functions of the context"
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
        let expected: BTreeSet<_> = functions(context)
            .map(|name| format!("{name}.rs"))
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
fn a_binary_serves_the_function_it_is_named_for() {
    let template = Template::parse(&crate::read("template.yaml")).expect("a template");
    for context in CONTEXTS {
        for operation in context.operations {
            let function = &template.functions[&operation.resource()];
            let on_chain = function.environment.contains_key("SHAREPACT_LEDGER_RPC");
            // Only what uses more than the table pays for the clients of the rest.
            let linked = operation.grants.iter().any(|grant| !of_the_table(*grant));
            let serve = match on_chain || linked {
                true => "serve_linked",
                false => "serve",
            };
            serves(context, operation.name, serve, "OPERATION");
        }
        for worker in context.workers {
            serves(context, worker.name, "work", "WORKER");
        }
    }
}

fn of_the_table(grant: Grant) -> bool {
    match grant {
        Grant::BatchGet
        | Grant::Query
        | Grant::QueryIndex(_)
        | Grant::Put
        | Grant::Update
        | Grant::Delete
        | Grant::Check => true,
        Grant::Publish
        | Grant::Send(_)
        | Grant::KeepDocument(_)
        | Grant::LinkDocument(_)
        | Grant::ReadDocument(_)
        | Grant::ReadSecret(_) => false,
    }
}

/// The binary is `serve(&package::module::what)` and nothing else, so that a function's build costs no more than its link,
/// and the module has its name. One that asks the chain
/// says so: `serve_on(&package::module::what, sharepact_chain::from_env)`.
fn serves(context: &Context, name: &str, serve: &str, what: &str) {
    let folder = format!("functions/{}/src", context.name);
    let binary = crate::read(format!("{folder}/bin/{name}.rs"));
    // However the formatter breaks the line.
    let lines = binary.lines().filter(|line| !line.starts_with("//"));
    let code = lines
        .collect::<String>()
        .replace(char::is_whitespace, "")
        .replace(",)", ")")
        .replace("serve_on(", "serve_linked(")
        .replace("work_on(", "work(")
        .replace(",sharepact_chain::from_env)", ")");
    let what: String = what.replace(char::is_whitespace, "");
    let main = format!("fnmain()->std::process::ExitCode{{sharepact_runtime::{serve}(&");
    let served = code
        .strip_prefix(&main)
        .and_then(|rest| rest.strip_suffix(&format!("::{what})}}")))
        .map(|path| path.split("::").collect::<Vec<_>>());
    let Some([package, module]) = served.as_deref() else {
        panic!("{folder}/bin/{name}.rs is `{serve}(&package::module::{what})`: {binary}");
    };
    assert_eq!(*package, format!("sharepact_{}", context.name), "{name}");
    let code = crate::read(format!("{folder}/{module}.rs"));
    assert!(
        code.contains(&format!("name: \"{name}\",")),
        "{folder}/bin/{name}.rs serves {module}::{what}, which has another name"
    );
}

#[test]
fn a_name_is_noun_first_and_made_of_words() {
    let mut names = BTreeSet::new();
    for name in CONTEXTS.iter().flat_map(functions) {
        assert!(names.insert(name), "{name} stands twice");
        let words: Vec<_> = name.split('-').collect();
        let plain = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        assert!(
            words.len() == 2 && words.iter().all(plain),
            "{name} is noun-verb, in lower case"
        );
    }
    for operation in operations::all() {
        assert_eq!(
            operation.resource().to_lowercase(),
            operation.name.replace('-', "")
        );
    }
    for worker in operations::workers() {
        assert_eq!(
            worker.resource().to_lowercase(),
            worker.name.replace('-', "")
        );
    }
}
