//! Resources, their operations, and the forms that an operation takes on the wire.

use std::fmt;

use crate::entity_set::Target;
use crate::period::Periodic;
use crate::release::{Dated, Span};
use crate::types::{Property, Structure, TypeRef};

/// A group of operations, as 3CX tags them: `Users`, `Queues`.
pub struct Resource {
    /// The official tag: `Users`.
    pub name: &'static str,
    /// For people: `Call History`.
    pub title: &'static str,
    /// For the command line: `call-history`.
    pub command: &'static str,
    /// List, get, create, update, delete first, then by title.
    pub operations: &'static [Operation],
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resource({})", self.name)
    }
}

/// Something a PBX can be asked.
#[derive(Debug)]
pub struct Operation {
    /// Unique: the resource's name and the official operation id, `Users.ReprovisionAllPhones`.
    pub id: &'static str,
    /// The resource it belongs to.
    pub resource: &'static Resource,
    /// For people: `Reprovision All Phones`.
    pub title: &'static str,
    /// For the command line: `reprovision-all-phones`.
    pub command: &'static str,
    /// What it is to its resource.
    pub verb: Verb,
    /// What it does to the phone system.
    pub effect: Effect,
    /// True if doing it twice is the same as doing it once, so that it may be sent again
    /// when it is not known whether the first was carried out.
    pub repeatable: bool,
    /// The role that it needs, where that is known.
    pub role: Option<Role>,
    /// What to use where this no longer exists.
    pub replaced_by: Option<&'static str>,
    /// True if the answer itself is a secret.
    pub secret: bool,
    /// How it is asked for a period, if it can be.
    pub period: Option<&'static Periodic>,
    /// How it is sent, oldest first; a later release may reach it in another way.
    pub forms: &'static [Form],
}

/// Operations are equal if their ids are.
impl PartialEq for Operation {
    fn eq(&self, other: &Operation) -> bool {
        self.id == other.id
    }
}

impl Operation {
    /// The official operation id, without the resource.
    pub fn name(&self) -> &'static str {
        self.id.split_once('.').map_or(self.id, |(_, name)| name)
    }

    /// The newest form that some release of `target` has.
    pub fn form(&self, target: Span) -> Option<&'static Form> {
        self.forms.iter().rfind(|form| form.span.overlaps(target))
    }

    /// True for lists that can be read page by page.
    pub fn is_paged(&self) -> bool {
        let both = |options: Options| options.contains(Options::TOP) && options.contains(Options::SKIP);
        self.forms.iter().any(|form| form.options.iter().any(|dated| both(dated.value)))
    }

    /// The newest form of all.
    pub fn newest_form(&self) -> &'static Form {
        &self.forms[self.forms.len() - 1]
    }
}

/// What an operation is to its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads a collection.
    List,
    /// Reads one entity or a singleton.
    Get,
    /// Adds an entity.
    Create,
    /// Changes the named properties of an entity.
    Update,
    /// Removes an entity.
    Delete,
    /// An OData function: a question.
    Function,
    /// An OData action: an order.
    Action,
}

/// What an operation does to the phone system. The text completes "This …".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Reads,
    /// Changes something that can be changed back.
    Writes,
    /// Interrupts service, drops calls, restarts something or disturbs people.
    Interrupts(&'static str),
    /// Loses something that cannot be got back.
    Destroys(&'static str),
}

/// The least role of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A service principal with the role system_owners.
    SystemOwners,
    /// A service principal with the role system_admins.
    SystemAdmins,
    /// A logged-in user; service principals are refused.
    User,
}

/// How an operation is sent in some releases.
#[derive(Debug)]
pub struct Form {
    /// The releases that have it.
    pub span: Span,
    /// The HTTP method.
    pub method: Method,
    /// The path below `/xapi/v1`, with `{name}` for parameters.
    pub path: &'static str,
    /// What the path addresses.
    pub target: Target,
    /// The path, cut at its parameters.
    pub segments: &'static [Segment],
    /// The parameters in the path, in the order of `segments`.
    pub parameters: &'static [Parameter],
    /// The query options and headers it takes.
    pub options: &'static [Dated<Options>],
    /// What it takes as its body.
    pub body: Body,
    /// What it answers on success.
    pub answers: &'static [Dated<Answer>],
}

impl Form {
    /// The options it takes in the newest release of `target`.
    pub fn options_in(&self, target: Span) -> Options {
        Dated::newest(self.options, target).unwrap_or(Options::NONE)
    }

    /// The answer it gives in the newest release of `target`.
    pub fn answer_in(&self, target: Span) -> Answer {
        let newest = self.answers.last().map(|dated| dated.value);
        let answer = Dated::newest(self.answers, target).or(newest);
        answer.unwrap_or(Answer { status: 204, content: Content::Nothing })
    }

    /// The structure that an entity body is, or that answers consist of.
    pub fn entity(&self, target: Span) -> Option<&'static Structure> {
        match (self.body, self.answer_in(target).content) {
            (Body::Entity(structure), _) => Some(structure),
            (_, Content::Value(TypeRef { ty: crate::Type::Structure(structure), .. })) => Some(structure),
            _ => None,
        }
    }
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or invokes an action.
    Post,
    /// Changes what it names.
    Patch,
    /// Replaces; no operation of 3CX uses it so far.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A piece of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Sent verbatim.
    Text(&'static str),
    /// The literal of the parameter with this index.
    Parameter(usize),
}

/// A value in the path: a key, or an argument of a function.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The name in the template.
    pub name: &'static str,
    /// What it takes.
    pub ty: TypeRef,
    /// The longest text it takes, in characters.
    pub max_length: Option<u32>,
    /// True if its literal is in single quotes.
    pub quoted: bool,
    /// True for the key of an entity, false for an argument of a function.
    pub key: bool,
    /// What is sent where it is left out.
    pub default: Option<&'static str>,
    /// What it refers to, where that is known: `Users.Id`.
    pub refers_to: Option<&'static str>,
}

/// A named field of an action's body.
pub type Field = Property;

/// What a form takes as its JSON body.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// Nothing.
    None,
    /// An entity, or the part of it to change.
    Entity(&'static Structure),
    /// An object of named fields.
    Fields(&'static [Field]),
}

/// What a form answers on success.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The declared status.
    pub status: u16,
    /// The declared content, corrected where the description is known to be wrong.
    pub content: Content,
}

/// What an answer holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Content {
    /// No body.
    Nothing,
    /// JSON: an entity, or a `value` that is a scalar or a collection.
    Value(TypeRef),
    /// A file of this media type. Exports of rows declare the type of a row.
    File(&'static str, Option<TypeRef>),
}

/// The query options and headers that a form takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Options(pub(crate) u16);

impl Options {
    /// None at all.
    pub const NONE: Options = Options(0);
    /// `$top`
    pub const TOP: Options = Options(1);
    /// `$skip`
    pub const SKIP: Options = Options(1 << 1);
    /// `$search`
    pub const SEARCH: Options = Options(1 << 2);
    /// `$filter`
    pub const FILTER: Options = Options(1 << 3);
    /// `$count`
    pub const COUNT: Options = Options(1 << 4);
    /// `$orderby`
    pub const ORDERBY: Options = Options(1 << 5);
    /// `$select`
    pub const SELECT: Options = Options(1 << 6);
    /// `$expand`
    pub const EXPAND: Options = Options(1 << 7);
    /// The `If-Match` header.
    pub const IF_MATCH: Options = Options(1 << 8);

    /// The names, in the order in which they are sent: `top` … `expand`, `if-match`.
    pub const NAMES: [&'static str; 9] =
        ["top", "skip", "search", "filter", "count", "orderby", "select", "expand", "if-match"];

    /// The option of this name.
    pub fn named(name: &str) -> Option<Options> {
        Self::NAMES.iter().position(|known| *known == name).map(|index| Options(1 << index))
    }

    /// True if all of `other` is among these.
    pub const fn contains(self, other: Options) -> bool {
        self.0 & other.0 == other.0
    }

    /// These and the others.
    pub const fn union(self, other: Options) -> Options {
        Options(self.0 | other.0)
    }

    /// The names of these options.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().enumerate().filter(move |(index, _)| self.0 & (1 << index) != 0).map(|(_, name)| name)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
