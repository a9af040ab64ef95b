//! Which operation a request is, by the paths of the catalogue.

use std::collections::HashMap;

use threecx_catalog::{Form, Operation, Span, operations};

use crate::http::Problem;
use crate::odata::{Arguments, Literal, Segment, parse_path};
use crate::state::Value;

/// The paths of one release.
#[derive(Debug)]
pub(crate) struct Routes {
    by_signature: HashMap<String, Vec<Route>>,
}

/// One operation on a path.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub operation: &'static Operation,
    pub form: &'static Form,
    /// The path template, taken apart; literals are the parameters in braces.
    pub template: Vec<Segment>,
}

/// Values of the parameters in a path, by name.
pub(crate) type Parameters = HashMap<&'static str, Value>;

impl Routes {
    pub fn of(release: Span) -> Routes {
        let mut by_signature: HashMap<String, Vec<Route>> = HashMap::new();
        for operation in operations() {
            let Some(form) = operation.form(release) else { continue };
            let Ok(template) = parse_path(form.path) else { continue };
            let signature = signature(&template);
            by_signature.entry(signature).or_default().push(Route { operation, form, template });
        }
        Routes { by_signature }
    }

    /// All routes.
    pub fn all(&self) -> impl Iterator<Item = &Route> {
        self.by_signature.values().flatten()
    }

    /// The operation behind a method and path, and its parameters.
    pub fn find(&self, method: &str, path: &str) -> Result<(&Route, Parameters), Problem> {
        let segments = parse_path(path).map_err(|_| Problem::NoSuchPath)?;
        let routes = self.by_signature.get(&signature(&segments)).ok_or(Problem::NoSuchPath)?;
        let Some(route) = routes.iter().find(|route| route.form.method.as_str() == method) else {
            // Seen live: 404 for a POST to a collection below an entity, 405 for a PUT.
            let below = matches!(segments.as_slice(), [root, _] if matches!(root.arguments, Arguments::Key(_)));
            return Err(match method {
                "POST" if below => Problem::NoSuchPath,
                _ => Problem::Method(routes.iter().map(|route| route.form.method.as_str()).collect()),
            });
        };
        Ok((route, parameters(route, &segments)?))
    }
}

/// What tells paths apart: names of sets and functions, whatever their case, and the names of
/// arguments. A function whose argument is missing or misspelt is another path (seen live: 404).
fn signature(segments: &[Segment]) -> String {
    let mut signature = String::new();
    for segment in segments {
        signature.push('/');
        signature.push_str(&segment.name.to_ascii_lowercase());
        match &segment.arguments {
            Arguments::None => {}
            Arguments::Key(_) => signature.push_str("(*)"),
            Arguments::Named(arguments) => {
                let mut names: Vec<&str> = arguments.iter().map(|(name, _)| name.as_str()).collect();
                names.sort_unstable();
                signature.push_str(&format!("({})", names.join(",")));
            }
        }
    }
    signature
}

fn parameters(route: &Route, segments: &[Segment]) -> Result<Parameters, Problem> {
    let mut parameters = Parameters::new();
    let mut take = |template: &Literal, given: &Literal| -> Result<(), Problem> {
        let Literal::Bare(name) = template else { return Ok(()) };
        let name = name.trim_matches(['{', '}']);
        let Some(parameter) = route.form.parameters.iter().find(|parameter| parameter.name == name) else {
            return Ok(());
        };
        let wrong = || if parameter.key { Problem::NoSuchEntity } else { Problem::Argument };
        let value = given.value(parameter.ty).ok_or_else(wrong)?;
        parameters.insert(parameter.name, value);
        Ok(())
    };
    for (template, given) in route.template.iter().zip(segments) {
        match (&template.arguments, &given.arguments) {
            (Arguments::Key(template), Arguments::Key(given)) => take(template, given)?,
            (Arguments::Named(templates), Arguments::Named(given)) => {
                for (name, template) in templates {
                    if let Some((_, given)) = given.iter().find(|(given, _)| given == name) {
                        take(template, given)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(parameters)
}
