//! SHIM
#![allow(missing_docs)]
use threecx_catalog::{Collection, Effect, Operation, Verb, collections};
use crate::{Arguments, Input};
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Finding { Interrupts(&'static str), Destroys(&'static str), ReplacesCollection(&'static Collection) }
impl Finding {
    pub fn sentence(&self) -> String {
        match self { Finding::Interrupts(t) | Finding::Destroys(t) => format!("This {t}."), Finding::ReplacesCollection(c) => format!("This replaces all {}.", c.plural) }
    }
    pub fn is_about_a_collection(&self) -> bool { matches!(self, Finding::ReplacesCollection(_)) }
}
pub fn findings(operation: &'static Operation, arguments: &Arguments) -> Vec<Finding> {
    let mut f = Vec::new();
    match operation.effect { Effect::Interrupts(t) => f.push(Finding::Interrupts(t)), Effect::Destroys(t) => f.push(Finding::Destroys(t)), _ => {} }
    if operation.verb == Verb::Update {
        let body: std::collections::HashMap<String, serde::de::IgnoredAny> = arguments.body.as_ref().map(Input::text).and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
        for c in collections().iter().filter(|c| c.set.name == operation.resource.name) {
            if arguments.fields.keys().chain(body.keys()).any(|n| n.eq_ignore_ascii_case(c.property.name)) { f.push(Finding::ReplacesCollection(c)); }
        }
    }
    f
}
