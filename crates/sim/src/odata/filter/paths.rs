//! Paths: `Hours/Type`, `g/Rights/RoleName`, and what may stand at the end of one: `any`,
//! `all`, `$count`.

use threecx_catalog::Type;

use super::super::unknown_property;
use super::lexer::Kind;
use super::parser::{Parsed, Parser, Scope, Typed};
use super::sort::Sort;
use super::tree::Node;

impl<'t> Parser<'t> {
    /// A property, perhaps of a property; ends in a value, a lambda or `$count`.
    pub(super) fn path(&mut self, first: &'t str, place: usize) -> Parsed<'t> {
        let variable = self.scopes.iter().rposition(|(name, _)| *name == first);
        let scope = variable.unwrap_or(0);
        let mut here = self.scopes[scope].1;
        let mut ty = match here {
            Scope::Primitive(ty) => ty,
            Scope::Entity(shape) => Type::Structure(shape.structure),
        };
        let mut collection = false;
        let mut steps = Vec::new();
        let (mut name, mut place) = (first, place);
        let mut pending = variable.is_none();
        loop {
            if pending {
                let Scope::Entity(shape) = here else {
                    return Err(self.error(place, format!("'{name}' is not a property of a primitive value")));
                };
                let Some(index) = shape.index_of_similar(name) else {
                    return Err(self.error(place, unknown_property(name, shape).message.trim_end_matches('.')));
                };
                if scope == 0 && steps.is_empty() {
                    self.reads.push(index);
                }
                steps.push(index);
                (ty, collection) = (shape.properties[index].ty.ty, shape.properties[index].ty.collection);
                here = self.scope_of(ty);
            }
            let node = |steps: &[usize]| Node::Path { scope, steps: steps.into(), ty };
            if self.peek() != Kind::Slash {
                let sort = if collection { Sort::List(ty) } else { Sort::of(ty) };
                return Ok(Typed::leaf(node(&steps), sort));
            }
            self.at += 1;
            place = self.at;
            let Kind::Word(word) = self.next() else {
                self.at = place;
                return Err(self.syntax("a property name"));
            };
            let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
            if collection && word == "$count" {
                let count = Node::Count(Box::new(node(&steps)));
                return Ok(Typed { node: count, sort: Sort::Number(Type::Int64), height: 2 });
            } else if collection && (is("any") || is("all")) {
                let list = node(&steps);
                return self.lambda(is("all"), list, ty, place);
            } else if collection {
                return Err(self.error(place, format!("'{word}' cannot be applied to a collection; use any or all")));
            }
            name = word;
            pending = true;
        }
    }

    /// What the elements or value of a property are.
    fn scope_of(&self, ty: Type) -> Scope {
        match ty {
            Type::Structure(structure) => {
                self.context.shapes.get(structure.name).map_or(Scope::Primitive(ty), Scope::Entity)
            }
            primitive => Scope::Primitive(primitive),
        }
    }

    fn lambda(&mut self, all: bool, list: Node, element: Type, place: usize) -> Parsed<'t> {
        self.expect(Kind::Open, "'('")?;
        if self.peek() == Kind::Close && !all {
            self.at += 1;
            let any = Node::Lambda { all, list: Box::new(list), predicate: None };
            return Ok(Typed::boolean(any, 2));
        }
        let start = self.at;
        let Kind::Word(variable) = self.next() else {
            self.at = start;
            return Err(self.syntax("a variable name"));
        };
        if self.scopes.iter().any(|(name, _)| *name == variable) {
            return Err(self.error(start, format!("The range variable '{variable}' has already been declared")));
        }
        self.expect(Kind::Colon, "':'")?;
        self.scopes.push((variable, self.scope_of(element)));
        let predicate = self.expression()?;
        self.scopes.pop();
        self.expect(Kind::Close, "')' or operator")?;
        if !predicate.sort.is_bool() {
            return Err(self.error(place, "The expression in any or all must be true or false"));
        }
        let height = self.above(place, [predicate.height, 1])?;
        let predicate = Some(Box::new(predicate.node));
        Ok(Typed::boolean(Node::Lambda { all, list: Box::new(list), predicate }, height))
    }
}
