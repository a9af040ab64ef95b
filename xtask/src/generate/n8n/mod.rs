//! The n8n node's description, from the catalogue: what a person sees in the editor. What an
//! operation takes is asked of `threecx-node`, which tells the node the same at run time.

mod inputs;
mod labels;
mod options;
mod resources;
mod typescript;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use threecx_catalog::Operation;

/// Where the generated files go, below the repository's root.
pub const FOLDER: &str = "n8n/nodes/ThreeCx/generated";

/// The files, by name.
pub fn files() -> BTreeMap<String, String> {
    let file = |imports: &[&str], constants: &[(&str, &str, Value)]| typescript::file(imports, constants);
    let properties = "INodeProperties[]";
    BTreeMap::from([
        (
            "resources.gen.ts".to_owned(),
            file(&["INodePropertyOptions"], &[("resources", "INodePropertyOptions[]", resources::resources())]),
        ),
        (
            "operations.gen.ts".to_owned(),
            file(&["INodeProperties"], &[("operations", properties, resources::operations())]),
        ),
        ("inputs.gen.ts".to_owned(), file(&["INodeProperties"], &[("inputs", properties, inputs::inputs())])),
        ("options.gen.ts".to_owned(), file(&["INodeProperties"], &[("options", properties, options::options())])),
        (
            "records.gen.ts".to_owned(),
            file(&["INodePropertyOptions"], &[("records", "INodePropertyOptions[]", resources::records())]),
        ),
        ("pickers.gen.ts".to_owned(), file(&[], &[("pickers", "Record<string, string>", inputs::pickers())])),
    ])
}

/// Holds the node to the list of actions that users had before: each is among the operations of
/// its resource, by its official name or, where 3CX renamed it, by how it is sent.
pub fn check_seed(seed: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(seed).map_err(|error| format!("{}: {error}", seed.display()))?;
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let mut missing = Vec::new();
    for line in text.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [resource, name, method, path, ..] = columns.as_slice() else { continue };
        let is_it = |operation: &Operation| {
            let sent = operation.forms.iter().any(|form| form.method.as_str() == *method && form.path == *path);
            plain(operation.resource.name) == plain(resource) && (plain(operation.name()) == plain(name) || sent)
        };
        if !threecx_catalog::operations().any(is_it) {
            missing.push(format!("the n8n node lacks {resource} > {name}"));
        }
    }
    Ok(missing)
}

/// Properties that are alike become one that is shown for all their operations.
#[derive(Default)]
struct Shared(Vec<(Value, Vec<&'static str>, Value)>);

impl Shared {
    /// `show` names further conditions.
    fn add(&mut self, operation: &'static Operation, property: Value, show: Value) {
        match self.0.iter_mut().find(|(known, _, conditions)| *known == property && *conditions == show) {
            Some((_, operations, _)) => operations.push(operation.id),
            None => self.0.push((property, vec![operation.id], show)),
        }
    }

    fn properties(self) -> Vec<Value> {
        let shown = |(mut property, operations, show): (Value, Vec<&str>, Value)| {
            let mut conditions = json!({ "operation": operations });
            if let (Some(conditions), Value::Object(further)) = (conditions.as_object_mut(), show) {
                conditions.extend(further);
            }
            property["displayOptions"] = json!({ "show": conditions });
            property
        };
        self.0.into_iter().map(shown).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_can_be_chosen_and_every_input_filled_in() {
        let files = files();
        for operation in threecx_catalog::operations() {
            let value = format!("value: '{}'", operation.id);
            assert!(files["operations.gen.ts"].contains(&value), "{}", operation.id);
            for input in threecx_node::inputs::of(operation).inputs {
                let name = format!("name: '{}'", input.parameter);
                assert!(files["inputs.gen.ts"].contains(&name), "{}: {}", operation.id, input.parameter);
            }
        }
    }
}
