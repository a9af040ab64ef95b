//! FXS gateways and DECT bases.

use super::behaviours::Behaviour::Changes;
use super::behaviours::{Answer, Behaviours};
use super::nature::{Nature, TextKeys};
use super::principals::random;
use super::rules::is_mac;
use super::{Call, entities, phones};
use crate::http::Problem;
use crate::odata::Selection;
use crate::state::{Store, Value};

pub(super) const BEHAVIOURS: Behaviours = &[("Fxs.RegenerateWebCredentials", Changes(regenerate))];

pub(super) const FXS: Nature = Nature {
    name: "Fxs",
    filled: &["MacAddress"],
    check: |device, store, _| {
        let mac = device.text("MacAddress");
        if !is_mac(mac) {
            return Err(Problem::refused("MacAddress", "WARNINGS.INVALID_HEX_CHARACTER"));
        }
        match phones::owner(store, mac) {
            Some(_) => Err(Problem::refused("MacAddress", "WARNINGS.MAC_ADDRESS_ALREADY_IN_USE")),
            None => Ok(()),
        }
    },
    ..Nature::PLAIN
};

pub(super) const FXS_TEMPLATES: Nature =
    Nature { name: "FxsTemplates", text_keys: TextKeys::CustomFile(".fxs.xml"), ..Nature::PLAIN };

fn regenerate(call: &Call<'_>, store: &mut Store) -> Answer {
    let set = store.set_mut("Fxs").ok_or(Problem::NoSuchPath)?;
    let device = entities::find(call, set)?.clone().with("Password", Value::text(random(call, 1, 12)));
    let response = call.entity(200, "Fxs/$entity", &device, Selection::all());
    set.put(device);
    Ok(response)
}
