//! An entity as a whole, for commands that change it by looking at it: which resources have one, which one
//! a word means, reading it, and the plan of what was changed.

use serde_json::{Map, Value};
use threecx::{Arguments, Client, Error, Input, NameInput, NamedEntity, Operation};
use threecx_catalog::{EntitySet, Property, Resource, Structure, Target, Verb};
use threecx_change::{About, Plan, Properties, Step, Thing, Touched, read_whole};
use threecx_core::{InputError, Place};

use crate::failure::Failure;

/// What can be read and updated: the entities of a set, or a singleton.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub get: &'static Operation,
    pub update: &'static Operation,
    /// Nothing for a singleton.
    pub about: Option<About>,
}

impl Kind {
    /// What this resource has of that kind, if it has any.
    pub fn of(resource: &'static Resource) -> Option<Kind> {
        let update = resource.operations.iter().find(|operation| operation.verb == Verb::Update)?;
        let get = match update.newest_form().target {
            Target::Entity(set, _) => set.get?,
            Target::Singleton(singleton) => singleton.get,
            _ => return None,
        };
        Some(Kind { get, update, about: About::of(update) })
    }

    /// The set that its entities are in.
    pub fn set(&self) -> Option<&'static EntitySet> {
        self.about.map(|about| about.set)
    }

    /// What it consists of.
    pub fn structure(&self) -> Option<&'static Structure> {
        let form = self.get.newest_form();
        form.entity(form.span)
    }

    /// A property of this name.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.structure()?.all_properties().filter(|property| property.name == name).last()
    }

    /// `queue`, for people.
    pub fn noun(&self) -> String {
        match self.set() {
            Some(set) => set.noun(),
            None => self.update.resource.title.to_owned(),
        }
    }

    /// The one entity that a word means.
    pub async fn find(&self, client: &Client, given: &str) -> Result<Option<NamedEntity>, Failure> {
        let Some(set) = self.set() else { return Ok(None) };
        let argument = set.placeholder();
        let word = NameInput::parse(set, &argument, given)?;
        let mut directory = client.directory().for_effect(self.update.effect);
        directory.look_up(set, &[&word]).await?;
        match directory.take(set, &argument, &word, given)?.as_slice() {
            [one] => Ok(Some(one.clone())),
            several => {
                let expected = format!("one {}", set.noun());
                let came = format!("`{given}`, which is {}", several.len());
                Err(Error::from(InputError::of(argument, expected, came).with_hint("Do one at a time.")).into())
            }
        }
    }
}

/// One entity, and what to read of it.
pub struct Seen<'c> {
    pub client: &'c Client,
    /// The address of the PBX.
    pub pbx: &'c str,
    pub kind: Kind,
    /// Which one; nothing for a singleton.
    pub entity: Option<NamedEntity>,
    pub select: Option<String>,
    pub expand: Option<String>,
}

impl Seen<'_> {
    /// `queue 800 Sales`, `Mail Settings`
    pub fn label(&self) -> String {
        match &self.entity {
            Some(entity) => format!("{} {}", self.kind.noun(), entity.short()),
            None => self.kind.noun(),
        }
    }

    /// The arguments that say which one it is.
    fn address(&self) -> Arguments {
        let mut arguments = Arguments::default();
        if let (Some(entity), Some(about)) = (&self.entity, &self.kind.about) {
            about.put(&mut arguments, &[about.value_of(entity)]);
        }
        arguments
    }

    /// Reads it as it is now.
    pub async fn read(&self) -> Result<Properties, Failure> {
        let mut arguments = self.address();
        for (name, value) in [("select", &self.select), ("expand", &self.expand)] {
            if let Some(value) = value {
                arguments.set(Place::Option, name, Input::Text(value.clone()));
            }
        }
        let mut properties = read_whole(self.client, self.kind.get, &arguments).await?;
        properties.retain(|name, _| !name.contains('@'));
        Ok(properties)
    }

    /// The plan of changing these properties, which were seen as they were `before`. It does not count
    /// as fresh: the user has looked at it for a while.
    pub async fn plan(&self, before: &Properties, changes: &Map<String, Value>) -> Result<Plan, Error> {
        let arguments = Arguments { body: Some(Value::Object(changes.clone()).into()), ..self.address() };
        let touched = Touched::by(self.kind.update, &arguments);
        let things = self.entity.iter().zip(self.kind.set());
        let things = things.map(|(entity, set)| Thing { set, entity: entity.clone(), by_name: true });
        let things: Vec<Thing> = things.collect();
        let step = Step {
            concerns: (0..things.len()).collect(),
            before: touched.map(|touched| touched.of(before)),
            ..Step::new(self.kind.update, arguments)
        };
        let mut plan = Plan { made: 0, steps: vec![step], things, ..Plan::new(self.pbx, self.client.target()) };
        plan.find_release(self.client, 0).await?;
        Ok(plan)
    }
}
