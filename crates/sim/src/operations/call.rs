//! A call, with everything that carrying it out needs.

use std::borrow::Borrow;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value as Json;
use threecx_catalog::{Content, Form, Operation, Options as Offered, Span};

use super::route::{Parameters, Route};
use crate::http::{API, Problem, Response};
use crate::live::Live;
use crate::odata::{Budget, Options, QueryContext, Results, Selection, write_entity};
use crate::state::{Entity, Shape, Shapes, Value, write_value};

/// One request to one operation.
pub(crate) struct Call<'c> {
    pub operation: &'static Operation,
    pub form: &'static Form,
    pub route: &'c Route,
    pub parameters: Parameters,
    pub query: &'c str,
    /// True for `…/$count`: only how many rows there are is answered.
    pub only_count: bool,
    /// The body, `{}` where none came.
    pub body: Json,
    pub shapes: &'static Shapes,
    pub now: Timestamp,
    /// Who asks: a client ID, or an extension.
    pub by: &'c str,
    /// What the query options may cost.
    pub budget: Arc<Budget>,
    pub release: Span,
    pub live: Live,
    /// The PBX's own address, for contexts.
    pub url: &'c str,
    /// `20.0.10.1621`
    pub version: &'c str,
}

impl Call<'_> {
    /// The query options, for entities of a shape. An operation that offers none does not look
    /// at them.
    pub fn options(&self, shape: Option<&'static Shape>) -> Result<Options, Problem> {
        if self.form.options_in(self.release) == Offered::NONE {
            return Ok(Options::default());
        }
        let results = match self.form.answer_in(self.release).content {
            Content::Value(ty) if !ty.collection => Results::Single,
            _ => Results::Collection,
        };
        let context = QueryContext { shapes: self.shapes, release: self.release, now: self.now, budget: &self.budget };
        let mut options = Options::parse(self.query, shape, results, &context)?;
        if self.only_count {
            (options.count, options.top, options.skip) = (true, Some(0), 0);
            options.orderby.clear();
        }
        Ok(options)
    }

    /// A field of an action's body, whatever the case of its name.
    pub fn field(&self, name: &str) -> Option<&Json> {
        let members = self.body.as_object()?;
        members
            .get(name)
            .or_else(|| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
    }

    /// Says that a field is missing.
    pub fn required(&self, name: &str) -> Problem {
        Problem::Binding { target: name.to_owned(), message: format!("The {name} field is required.") }
    }

    /// A field that has to be text.
    pub fn text_field(&self, name: &str) -> Result<&str, Problem> {
        self.field(name).and_then(Json::as_str).ok_or_else(|| self.required(name))
    }

    /// A field that has to be a list of 32-bit numbers.
    pub fn ids_field(&self, name: &str) -> Result<Vec<i64>, Problem> {
        let wrong = |message: String| Problem::Binding { target: name.to_owned(), message };
        let Some(Json::Array(items)) = self.field(name) else {
            return Err(wrong(format!("The {name} field is required.")));
        };
        let id = |item: &Json| item.as_i64().filter(|id| i32::try_from(*id).is_ok());
        items.iter().map(|item| id(item).ok_or_else(|| wrong(format!("The value '{item}' is not valid.")))).collect()
    }

    fn context(&self, fragment: &str) -> String {
        format!("\"@odata.context\":\"{}{API}/$metadata#{fragment}\"", self.url)
    }

    /// An entity of a set, or a singleton.
    pub fn entity(&self, status: u16, fragment: &str, entity: &Entity, selection: &Selection) -> Response {
        let mut body = String::with_capacity(2048);
        body.push('{');
        body.push_str(&self.context(fragment));
        let before = body.len();
        body.push(',');
        write_entity(entity, selection, &mut body);
        if body.len() == before + 1 {
            body.pop();
        }
        body.push('}');
        Response::odata(status, body)
    }

    /// Rows of a set or of a function.
    pub fn rows<E: Borrow<Entity>>(
        &self,
        fragment: &str,
        rows: impl IntoIterator<Item = E>,
        count: Option<usize>,
        selection: &Selection,
    ) -> Response {
        if let Some(count) = count.filter(|_| self.only_count) {
            let answer = Response::empty(200).with("odata-version", "4.0");
            return Response { content_type: Some("text/plain"), body: count.to_string().into(), ..answer };
        }
        let mut body = format!("{{{}", self.context(fragment));
        if let Some(count) = count {
            body.push_str(&format!(",\"@odata.count\":{count}"));
        }
        body.push_str(",\"value\":[");
        for (index, row) in rows.into_iter().enumerate() {
            body.push_str(if index > 0 { ",{" } else { "{" });
            write_entity(row.borrow(), selection, &mut body);
            body.push('}');
        }
        body.push_str("]}");
        Response::odata(200, body)
    }

    /// A list of scalars, which may be asked for page by page.
    pub fn values(&self, ty: &str, values: Vec<Value>) -> Result<Response, Problem> {
        let options = self.options(None)?;
        let mut body = format!("{{{}", self.context(&format!("Collection({ty})")));
        if options.count {
            body.push_str(&format!(",\"@odata.count\":{}", values.len()));
        }
        let page = values.into_iter().skip(options.skip).take(options.top.unwrap_or(usize::MAX));
        body.push_str(",\"value\":");
        write_value(&Value::List(page.collect()), &mut body);
        body.push('}');
        Ok(Response::odata(200, body))
    }

    /// Everything that an operation answers with, with the type that it has.
    pub fn whole(&self, answer: &Entity) -> Response {
        self.entity(200, &format!("Pbx.{}", answer.shape.structure.name), answer, Selection::all())
    }

    /// A scalar.
    pub fn value(&self, fragment: &str, value: &Value) -> Response {
        let mut body = format!("{{{},\"value\":", self.context(fragment));
        write_value(value, &mut body);
        body.push('}');
        Response::odata(200, body)
    }
}
