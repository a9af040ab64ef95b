//! Valid arguments for any operation, from what the simulated PBX has.

mod fitting;

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use serde_json::{Map, Value, json};
use threecx_catalog::{Body, Form, Operation, Property, Role, Segment, Span, Structure, Type, TypeRef, Verb};
use threecx_sim::Pbx;

/// A PBX, and a client that is logged in to it.
pub struct World {
    url: String,
    /// The service principal's token.
    token: String,
    /// A user's, for what service principals are refused.
    user_token: String,
    http: ureq::Agent,
    /// Keys of the entities that were created, to be deleted again.
    created: RefCell<HashMap<&'static str, Value>>,
    /// Set when a backup was made.
    backup: OnceCell<()>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// The beginning of the body.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(300).collect()
    }
}

impl World {
    pub fn of(pbx: &Pbx) -> Result<World, String> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let http = ureq::Agent::new_with_config(config);
        let fails = |error: ureq::Error| error.to_string();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", pbx.client_id()),
            ("client_secret", pbx.client_secret()),
        ];
        let mut granted = http.post(format!("{}/connect/token", pbx.url())).send_form(form).map_err(fails)?;
        let granted = parsed(&granted.body_mut().read_to_string().map_err(fails)?)?;
        let login = json!({ "Username": "100", "Password": pbx.client_secret(), "SecurityCode": "" }).to_string();
        let mut user =
            http.post(format!("{}/webclient/api/Login/GetAccessToken", pbx.url())).send(&login).map_err(fails)?;
        let user = parsed(&user.body_mut().read_to_string().map_err(fails)?)?;
        let token =
            |granted: &Value| granted["access_token"].as_str().map(str::to_owned).ok_or(format!("no token: {granted}"));
        let (token, user_token) = (token(&granted)?, token(&user["Token"])?);
        let url = format!("{}/xapi/v1", pbx.url());
        let world = World { url, token, user_token, http, created: RefCell::default(), backup: OnceCell::new() };
        world.prepare()?;
        Ok(world)
    }

    pub fn send(
        &self,
        operation: &Operation,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let token = if operation.role == Some(Role::User) { &self.user_token } else { &self.token };
        self.send_as(token, method, path, body)
    }

    fn send_as(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, String> {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json");
        let request =
            request.body(body.map(Value::to_string).unwrap_or_default()).map_err(|error| error.to_string())?;
        let mut answer = self.http.run(request).map_err(|error| error.to_string())?;
        let content_type =
            answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let body = answer.body_mut().read_to_vec().map_err(|error| error.to_string())?;
        Ok(Answer { status: answer.status().as_u16(), content_type, body })
    }

    fn json(&self, path: &str) -> Result<Value, String> {
        let token = if path.starts_with("/My") { &self.user_token } else { &self.token };
        let answer = self.send_as(token, "GET", path, None)?;
        serde_json::from_slice(&answer.body).map_err(|_| format!("{path}: {} {}", answer.status, answer.text()))
    }

    /// The first row of a set.
    fn row(&self, set: &str) -> Result<Value, String> {
        Ok(self.json(&format!("/{set}?$top=1"))?["value"][0].clone())
    }

    /// Keeps the key of what was created.
    pub fn remember(&self, operation: &Operation, answer: &Answer) {
        if operation.verb == Verb::Create
            && let Ok(entity) = serde_json::from_slice(&answer.body)
        {
            self.created.borrow_mut().insert(operation.resource.name, entity);
        }
    }

    /// The path with arguments.
    pub fn path(&self, operation: &Operation, form: &Form) -> Result<String, String> {
        let set = form.path.trim_start_matches('/').split(['(', '/']).next().unwrap_or_default();
        let mut path = String::new();
        for segment in form.segments {
            match segment {
                Segment::Text(text) => path.push_str(text),
                Segment::Parameter(index) => {
                    let parameter = &form.parameters[*index];
                    let value = match parameter.key {
                        true => self.key(operation, set, parameter.name)?,
                        false => self.argument(set, parameter.name, parameter.ty)?,
                    };
                    path.push_str(&literal(&value, parameter.quoted));
                }
            }
        }
        Ok(path)
    }

    /// The key of an entity that is there.
    fn key(&self, operation: &Operation, set: &str, name: &str) -> Result<Value, String> {
        if let Some(key) = self.fitting_key(operation)? {
            return Ok(key);
        }
        let created = self.created.borrow().get(set).cloned().filter(|_| operation.verb == Verb::Delete);
        let row = created.map_or_else(|| self.row(set), Ok)?;
        match &row[name] {
            Value::Null => Err(format!("{set} has no entity with a {name}: {row}")),
            key => Ok(key.clone()),
        }
    }

    fn argument(&self, set: &str, name: &str, ty: TypeRef) -> Result<Value, String> {
        if let Some(value) = self.fitting_argument(set, name)? {
            return Ok(value);
        }
        Ok(match (name.to_lowercase().as_str(), ty.ty) {
            ("mac", _) => json!(self.mac()?),
            ("number", _) => self.row(set)?["Number"].clone(),
            ("extension" | "dn", Type::String) => json!("100"),
            ("recid", _) => self.row("Recordings")?["Id"].clone(),
            ("recname", _) => self.row("Recordings")?["RecordingUrl"].clone(),
            ("periodfrom" | "startdt" | "chartdate", _) => json!("2020-01-01T00:00:00Z"),
            _ => plain(ty.ty, Span::NEWEST),
        })
    }

    fn mac(&self) -> Result<String, String> {
        let users = self.json("/Users?$filter=Phones/any()&$expand=Phones&$top=1")?;
        users["value"][0]["Phones"][0]["MacAddress"].as_str().map(str::to_owned).ok_or(format!("no phone in {users}"))
    }

    /// The body with what has to be in it.
    pub fn body(&self, operation: &Operation, form: &Form, release: Span) -> Result<Option<Value>, String> {
        Ok(match form.body {
            Body::None => None,
            Body::Entity(structure) => Some(Value::Object(self.entity(operation, structure, release)?)),
            Body::Fields(fields) => {
                let mut body = Map::new();
                for field in fields.iter().filter(|field| field.span.overlaps(release)) {
                    if let Some(value) = self.field(operation, field, release)? {
                        body.insert(field.name.to_owned(), value);
                    }
                }
                Some(Value::Object(body))
            }
        })
    }

    fn field(&self, operation: &Operation, field: &Property, release: Span) -> Result<Option<Value>, String> {
        let set = operation.resource.name;
        if let Some(value) = self.fitting_field(operation, field)? {
            return Ok(Some(value));
        }
        let known = match (set, field.name.to_lowercase().as_str()) {
            ("Users", "mac") => json!(self.mac()?),
            ("Users", "macs") => json!([self.mac()?]),
            ("Users", "destination") => json!("101"),
            ("Users", "dn") => json!("100"),
            ("Users", "id") => self.row("Users")?["Id"].clone(),
            (_, "ids") if matches!(field.ty.ty, Type::Int32 | Type::String) => {
                match &self.row(set).unwrap_or_default()["Id"] {
                    Value::Null => json!([]),
                    id => json!([id]),
                }
            }
            ("OutboundRules", "id") => self.row(set)?["Id"].clone(),
            ("Services", "options") if field.ty.ty.name() != "GarbageCollect" => json!({ "ServiceNames": ["3CXIVR"] }),
            ("OutboundRules", "purgeobject") => json!({ "Ids": [] }),
            _ if field.ty.nullable && !matches!(field.ty.ty, Type::Structure(_)) => return Ok(None),
            _ if field.ty.collection => json!([]),
            _ => match field.ty.ty {
                Type::Structure(structure) => Value::Object(self.required(structure, release)),
                ty => plain(ty, release),
            },
        };
        Ok(Some(known))
    }

    /// An entity to create, or a change to one.
    fn entity(
        &self,
        operation: &Operation,
        structure: &'static Structure,
        release: Span,
    ) -> Result<Map<String, Value>, String> {
        if operation.verb == Verb::Update {
            let changeable = |property: &&Property| {
                matches!(property.ty.ty, Type::String | Type::Boolean)
                    && !property.ty.collection
                    && !property.navigation
                    && !["Id", "Name", "Number", "Link", "EmailAddress", "MacAddress", "Filename", "Group"]
                        .contains(&property.name)
            };
            let change = structure.properties_in(release).find(|property| changeable(property));
            return Ok(change
                .map(|property| (property.name.to_owned(), plain(property.ty.ty, release)))
                .into_iter()
                .collect());
        }
        let mut entity = self.required(structure, release);
        entity.remove("Id").filter(|id| id.is_string()).map(|id| entity.insert("Id".into(), id));
        let known = |name: &String| structure.properties_in(release).any(|property| property.name == name);
        entity.extend(fitting::entity(operation.resource.name).into_iter().filter(|(name, _)| known(name)));
        Ok(entity)
    }

    /// What must not be left out: everything that may not be null.
    fn required(&self, structure: &'static Structure, release: Span) -> Map<String, Value> {
        let simple = |property: &&Property| {
            !property.ty.nullable
                && !property.ty.collection
                && !matches!(property.ty.ty, Type::Structure(_) | Type::Opaque(_))
        };
        let required = structure.properties_in(release).filter(|property| simple(property));
        required.map(|property| (property.name.to_owned(), plain(property.ty.ty, release))).collect()
    }
}

fn parsed(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("{error}: {text}"))
}

/// A value of a type that is as good as any.
fn plain(ty: Type, release: Span) -> Value {
    match ty {
        Type::Boolean => json!(true),
        Type::Byte | Type::Int32 | Type::Int64 | Type::Single | Type::Double | Type::Decimal => json!(1),
        Type::Guid => json!("1e6ed594-af95-4bb4-af56-b957ac87d6d7"),
        Type::Date => json!("2026-01-31"),
        Type::TimeOfDay => json!("09:30:00"),
        Type::Duration => json!("PT1H"),
        Type::DateTimeOffset => json!("2030-01-31T09:30:00Z"),
        Type::Enumeration(enumeration) => {
            let member = enumeration.members.iter().find(|member| member.span.overlaps(release));
            member.map_or(Value::Null, |member| json!(member.name))
        }
        Type::String | Type::Structure(_) | Type::Opaque(_) => json!("conformance"),
    }
}

/// A value as it stands in a path.
fn literal(value: &Value, quoted: bool) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = if quoted { format!("'{}'", text.replace('\'', "''")) } else { text };
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~'(),:".contains(byte);
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
