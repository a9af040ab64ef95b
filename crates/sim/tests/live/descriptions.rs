//! What the PBX says of its API: OpenAPI and CSDL, for every release.

use std::collections::BTreeSet;

use serde_json::Value;
use threecx_catalog::{Release, Span, operations};
use threecx_sim::Pbx;

use super::settings;

async fn fetch(pbx: &Pbx, path: &str) -> String {
    let answer = super::common::http().get(format!("{}/xapi/v1{path}", pbx.url())).send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{path} without a token");
    answer.text().await.expect("text")
}

/// All references in a description.
fn references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        _ => {}
    }
}

#[tokio::test]
async fn line_08_the_description_is_public_and_of_the_release() {
    for release in Release::all() {
        let span = Span { first: release, last: release };
        let pbx = settings().users(3).calls(0).api(span).start().await.expect("a free port");
        let text = fetch(&pbx, "/swagger.yaml").await;
        let described: Value = serde_saphyr::from_str(&text).expect("YAML");
        assert!(described["openapi"].as_str().is_some_and(|version| version.starts_with("3.0.")), "{release}");
        let mut refers = BTreeSet::new();
        references(&described, &mut refers);
        for reference in refers {
            let pointer = reference.trim_start_matches('#');
            assert!(described.pointer(pointer).is_some(), "{release}: {reference} leads nowhere");
        }
        // Every operation of the release, each once and with its own id; none of another.
        let mut ids = BTreeSet::new();
        for (path, methods) in described["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                let id = operation["operationId"].as_str().expect("an id").to_owned();
                assert!(ids.insert(id.clone()), "{release}: {id} is there twice");
                let known = operations()
                    .find(|known| known.name() == id && known.form(span).is_some_and(|form| form.path == path));
                let known = known.unwrap_or_else(|| panic!("{release}: {method} {path} is unknown"));
                let form = known.form(span).expect("a form");
                assert!(form.method.as_str().eq_ignore_ascii_case(method), "{id}");
                let named: BTreeSet<&str> = operation["parameters"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .filter_map(|p| p["name"].as_str())
                    .collect();
                assert_eq!(named, form.parameters.iter().map(|parameter| parameter.name).collect(), "{id}");
            }
        }
        assert_eq!(ids.len(), operations().filter(|operation| operation.form(span).is_some()).count(), "{release}");
    }
}

#[tokio::test]
async fn line_09_the_metadata_have_reports_and_where_navigation_leads() {
    for (release, least) in [("20.0.4", 117), ("20.0.10", 128)] {
        let span = Span::parse(release).expect("known");
        let pbx = settings().users(3).calls(0).api(span).start().await.expect("a free port");
        let text = fetch(&pbx, "/$metadata").await;
        let places = text.matches("<EntitySet ").count() + text.matches("<Singleton ").count();
        assert!(places >= least, "{release}: {places} sets and singletons");
        for part in [
            "<EntitySet Name=\"ReportCallLogData\" EntityType=\"Pbx.CallLogData\"",
            "<Function Name=\"GetCallLogData\" IsBound=\"true\"><Parameter Name=\"bindingParameter\" Type=\"Collection(Pbx.CallLogData)\"",
            "<NavigationPropertyBinding Path=\"RoutingRule\" Target=\"InboundRules\"/>",
        ] {
            assert!(text.contains(part), "{release}: {part}");
        }
        // Every target is there, and what is bound is not contained.
        for target in text.split("Target=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(target == "true" || text.contains(&format!("<EntitySet Name=\"{target}\"")), "{target}");
        }
        // Every function and action of the release is there.
        let mut missing = Vec::new();
        for operation in operations().filter(|operation| operation.form(span).is_some()) {
            let form = operation.form(span).expect("a form");
            let Some(name) = form.path.rsplit("Pbx.").next().filter(|_| form.path.contains("/Pbx.")) else { continue };
            let name = name.split('(').next().expect("a name");
            if !text.contains(&format!(" Name=\"{name}\"")) {
                missing.push(operation.id);
            }
        }
        assert_eq!(missing, [""; 0], "{release}");
    }
}
