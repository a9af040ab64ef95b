//! Which operation a request is, by the paths of the catalogue.

use std::collections::{BTreeMap, HashMap};

use threecx_catalog::{Content, Form, Operation, Span, Type, TypeRef, Verb, operations};

use super::behaviours::{self, Behaviour};
use super::entities;
use super::nature::Nature;
use crate::http::Problem;
use crate::odata::{Arguments, Literal, Segment, parse_path};
use crate::state::{Shape, Shapes, Value};

/// The paths of one release, and what they lead to.
#[derive(Debug)]
pub(crate) struct Routes {
    by_signature: HashMap<String, Vec<Route>>,
    /// The sets of the release: their names, shapes and keys.
    pub sets: BTreeMap<&'static str, (&'static Shape, &'static str)>,
    pub singletons: BTreeMap<&'static str, &'static Shape>,
}

/// One operation on a path.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub operation: &'static Operation,
    pub form: &'static Form,
    /// The path template, taken apart; literals are the parameters in braces.
    pub template: Vec<Segment>,
    /// What the path begins with: a set, a singleton or a function.
    pub root: &'static str,
    /// That of the root.
    pub nature: &'static Nature,
    pub behaviour: Behaviour,
}

/// Values of the parameters in a path, by name.
pub(crate) type Parameters = HashMap<&'static str, Value>;

/// A path that operations of a release have, before it is known what is a set.
struct Path {
    operation: &'static Operation,
    form: &'static Form,
    template: Vec<Segment>,
    root: &'static str,
}

impl Path {
    fn of(operation: &'static Operation, release: Span) -> Option<Path> {
        let form = operation.form(release)?;
        let template = parse_path(form.path).ok()?;
        let path = form.path.trim_start_matches('/');
        let root = &path[..path.find(['(', '/']).unwrap_or(path.len())];
        Some(Path { operation, form, template, root })
    }

    /// The shape of what is read here, and whether it is entities of a set: those of a whole set, or
    /// one by its key. Nothing for what is not read from a place of its own.
    fn place(&self, shapes: &'static Shapes) -> Option<(&'static Shape, Place)> {
        let [root] = self.template.as_slice() else { return None };
        let Content::Value(TypeRef { ty: Type::Structure(structure), collection, .. }) =
            self.form.answer_in(shapes.release()).content
        else {
            return None;
        };
        let place = match (&root.arguments, collection) {
            // A function in the first segment is not a set.
            (Arguments::Named(_), _) => return None,
            (_, true) => Place::Set,
            (Arguments::Key(_), false) => Place::SetByKey,
            (Arguments::None, false) => Place::Singleton,
        };
        let reads = matches!(self.operation.verb, Verb::List | Verb::Get);
        shapes.get(structure.name).filter(|_| reads).map(|shape| (shape, place))
    }

    /// The property that is the key in the path, if it ends its first segment.
    fn key(&self) -> Option<&'static str> {
        let Arguments::Key(Literal::Bare(name)) = &self.template.first()?.arguments else { return None };
        let name = name.trim_matches(['{', '}']);
        self.form.parameters.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.name)
    }
}

/// What is read from a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Set,
    /// An entity of a set that need not be one that can be listed.
    SetByKey,
    Singleton,
}

impl Routes {
    pub fn of(shapes: &'static Shapes) -> Routes {
        let release = shapes.release();
        let paths: Vec<Path> = operations().filter_map(|operation| Path::of(operation, release)).collect();
        let keys: HashMap<&str, &'static str> =
            paths.iter().filter_map(|path| Some((path.root, path.key()?))).collect();
        let (mut sets, mut singletons) = (BTreeMap::new(), BTreeMap::new());
        for wanted in [Place::Set, Place::SetByKey, Place::Singleton] {
            for path in &paths {
                let Some((shape, place)) = path.place(shapes).filter(|(_, place)| *place == wanted) else { continue };
                if place == Place::Singleton {
                    singletons.entry(path.root).or_insert(shape);
                } else {
                    let key = keys.get(path.root).copied().or_else(|| shape.likely_key()).unwrap_or("Id");
                    sets.entry(path.root).or_insert((shape, key));
                }
            }
        }
        let mut by_signature: HashMap<String, Vec<Route>> = HashMap::new();
        for Path { operation, form, template, root } in paths {
            let behaviour = behaviours::of(operation.id).unwrap_or_else(|| {
                entities::behaviour(operation.verb, form, template.get(1..), sets.contains_key(root))
            });
            let signature = signature(&template);
            let route = Route { operation, form, template, root, nature: Nature::of(root), behaviour };
            by_signature.entry(signature).or_default().push(route);
        }
        Routes { by_signature, sets, singletons }
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
        if IN_ORDER.contains(&route.root) && names(&segments) != names(&route.template) {
            return Err(Problem::NoSuchPath);
        }
        Ok((route, parameters(route, &segments)?))
    }
}

/// Where arguments in another order than declared are not found. (Measured live.)
const IN_ORDER: [&str; 1] = ["ReportQueuePerformanceTotals"];

/// The names of a function's arguments, in order.
fn names(segments: &[Segment]) -> Vec<&str> {
    match segments.last().map(|last| &last.arguments) {
        Some(Arguments::Named(arguments)) => arguments.iter().map(|(name, _)| name.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// What distinguishes paths: names of sets and functions, ignoring case, and the names of
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
