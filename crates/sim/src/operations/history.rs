//! Calls as entity sets: those that are on, and the segments of those that were; chats.

use jiff::Timestamp;

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::moments::{duration, instant};
use super::nature::{Nature, View};
use super::{Call, csv, directory};
use crate::assumptions::CALL_STEP_SECONDS;
use crate::calls::{Chat, Directory, Kind, Leg, Message, NameOrder, Party, PhoneCall, Shown};
use crate::http::{Problem, Response};
use crate::state::{Entity, Row, Rows, Shape, Store, Value};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("ActiveCalls.DropCall", Changes(drop_call)),
    ("CallHistoryView.DownloadCallHistory", Reads(download)),
    ("PurgeSettings.PurgeCalls", Changes(purge_calls)),
    ("Users.MakeCall", Changes(make_call)),
];

pub(super) const ACTIVE_CALLS: Nature =
    Nature { name: "ActiveCalls", rows: |view| Box::new(active(view.store, view.shape(), view.now)), ..Nature::PLAIN };

pub(super) const CALL_HISTORY_VIEW: Nature = Nature {
    name: "CallHistoryView",
    rows: |view| Box::new(segments(view.store, view.shape(), view.now)),
    ..Nature::PLAIN
};

pub(super) const CHAT_HISTORY_VIEW: Nature = Nature { name: "ChatHistoryView", rows: chats, ..Nature::PLAIN };

pub(super) const CHAT_MESSAGES_HISTORY_VIEW: Nature = Nature { name: "ChatMessagesHistoryView", ..CHAT_HISTORY_VIEW };

pub(super) const LAST_TIMESTAMP: Nature =
    Nature { name: "LastCdrAndChatMessageTimestamp", rows: last_call, ..Nature::PLAIN };

fn active<'s>(store: &'s Store, shape: &'static Shape, now: Timestamp) -> impl Iterator<Item = Row<'s>> {
    let order = name_order(store);
    active_calls(store, now.as_second()).map(move |call| {
        let (caller, callee) = call.labels(order);
        Entity::new(shape)
            .with("Id", Value::Int(call.id))
            .with("Caller", Value::text(caller))
            .with("Callee", Value::text(callee))
            .with("Status", Value::text(call.status))
            .with("LastChangeStatus", instant(call.since))
            .with("EstablishedAt", instant(call.begins))
            .with("ServerNow", Value::text(now.to_string()))
            .into()
    })
}

/// An active call, as it is at the moment.
pub(crate) struct ActiveCall<'s> {
    pub id: i64,
    pub caller: Shown<'s>,
    pub callee: Shown<'s>,
    /// `Ringing`, `Talking`, and for a second each what comes before.
    pub status: &'static str,
    /// Since when it has been in this status, in seconds since 1970.
    pub since: i64,
    /// When somebody called.
    pub begins: i64,
    /// True if a client asked for it.
    is_made: bool,
}

impl ActiveCall<'_> {
    /// How the list of calls names the two parties. A call that a client asked for rings at the caller's own phone
    /// first.
    fn labels(&self, order: NameOrder) -> (String, String) {
        match self.is_made && self.status != "Talking" {
            true => ("MakeCall".to_owned(), self.caller.label(order)),
            false => (self.caller.label(order), self.callee.label(order)),
        }
    }
}

/// Which of a person's names the phone book shows first.
fn name_order(store: &Store) -> NameOrder {
    let settings = store.singletons.get("PhoneBookSettings");
    match settings.map(|settings| settings.text("PhoneBookDisplay")) {
        Some("LastNameFirstName") => NameOrder::LastFirst,
        _ => NameOrder::FirstLast,
    }
}

/// What a call is doing, and since when. Whoever waits in a queue talks to it. (Measured live.)
fn status(call: &PhoneCall, leg: &Leg, now: i64) -> (&'static str, i64) {
    let is_waiting = matches!(leg.to, Party::Queue(_));
    let answered_at = if is_waiting { leg.begins } else { leg.begins + leg.rings };
    if (leg.answered || is_waiting) && now >= answered_at {
        return ("Talking", answered_at);
    }
    if now >= leg.begins + CALL_STEP_SECONDS {
        return ("Ringing", leg.begins + CALL_STEP_SECONDS);
    }
    let place = call.legs.iter().position(|one| one == leg).unwrap_or(0);
    let status = match place.checked_sub(1).and_then(|before| call.legs.get(before)) {
        None if matches!(leg.from, Party::Outside { .. }) => "Routing",
        None => "Initiating",
        Some(before) if before.answered => "Transferring",
        Some(_) => "Rerouting",
    };
    (status, leg.begins)
}

/// The calls that are on at a second.
pub(crate) fn active_calls(store: &Store, now: i64) -> impl Iterator<Item = ActiveCall<'_>> {
    store.calls.active(now).filter_map(move |call| {
        let leg = call.current(now)?;
        let (caller, callee) = (store.calls.directory().show(call.caller()?), store.calls.directory().show(leg.to));
        let (status, since) = status(&call, leg, now);
        let (begins, is_made) = (call.begins(), call.is_made());
        Some(ActiveCall { id: call.id(), caller, callee, status, since, begins, is_made })
    })
}

fn segments<'s>(store: &'s Store, shape: &'static Shape, now: Timestamp) -> Segments<'s> {
    Segments { store, shape, now, calls: None, call: None, leg: 0 }
}

/// The segments of calls that ended, made one by one. Those that are skipped are not made, and most
/// of their calls are not looked at: a page deep in a million of them costs what the first costs.
struct Segments<'s> {
    store: &'s Store,
    shape: &'static Shape,
    now: Timestamp,
    /// Once the first was asked for.
    calls: Option<Box<dyn Iterator<Item = PhoneCall> + 's>>,
    /// The call whose segments come now, and the leg that is next.
    call: Option<PhoneCall>,
    leg: usize,
}

impl<'s> Iterator for Segments<'s> {
    type Item = Row<'s>;

    fn next(&mut self) -> Option<Row<'s>> {
        self.nth(0)
    }

    fn nth(&mut self, skipped: usize) -> Option<Row<'s>> {
        let mut left = skipped as u64;
        if self.calls.is_none() {
            let (rest, calls) = self.store.calls.ended_after(self.now.as_second(), left);
            left = rest;
            self.calls = Some(Box::new(calls));
        }
        loop {
            let legs = self.call.as_ref().map_or(0, |call| call.legs.len()) - self.leg;
            if left < legs as u64 {
                break;
            }
            left -= legs as u64;
            (self.call, self.leg) = (Some(self.calls.as_mut()?.next()?), 0);
        }
        let leg = self.leg + left as usize;
        self.leg = leg + 1;
        let call = self.call.as_ref()?;
        Some(segment(self.store, self.shape, call, call.first_segment as i64 + leg as i64, call.legs.get(leg)?).into())
    }
}

fn segment(store: &Store, shape: &'static Shape, call: &PhoneCall, id: i64, leg: &Leg) -> Entity {
    let (from, to) = (store.calls.directory().show(leg.from), store.calls.directory().show(leg.to));
    let row = Entity::new(shape)
        .with("SegmentId", Value::Int(id))
        .with("SegmentStartTime", instant(leg.begins))
        .with("SegmentEndTime", instant(leg.ends()))
        .with("SegmentType", Value::Int(if leg.answered { 1 } else { 2 }))
        .with("SegmentActionId", Value::Int(if leg.answered { 1 } else { 5 }))
        .with("CallTime", duration(leg.talks))
        .with("CallAnswered", Value::Bool(leg.answered));
    let recording = store.calls.recording_of(call, id).map_or(Value::Null, Value::Int);
    let row = row.with("SrcRecId", recording.clone()).with("DstRecId", recording);
    let row = side(row, "Src", &from, call.id() * 10);
    side(row, "Dst", &to, call.id() * 10 + 1)
}

/// One side of a segment: the properties whose names begin with `Src` or `Dst`.
fn side(row: Entity, side: &str, party: &Shown<'_>, participant: i64) -> Entity {
    let external = party.kind == Kind::ExternalLine;
    let name = |end: &str| format!("{side}{end}");
    row.with(&name("Dn"), Value::text(party.dn))
        .with(&name("DnType"), Value::Int(party.kind as i64))
        .with(&name("Id"), Value::Int(party.id))
        .with(&name("ParticipantId"), Value::Int(participant))
        .with(&name("DisplayName"), Value::text(&*party.name))
        .with(&name("ExtendedDisplayName"), Value::text(&*party.name))
        .with(&name("CallerNumber"), Value::text(&*party.number))
        .with(&name("External"), Value::Bool(external))
        .with(&name("Internal"), Value::Bool(!external))
}

/// The messages of all chats.
fn chats(view: View<'_>) -> Rows<'_> {
    let directory = view.store.calls.directory();
    Box::new(view.store.calls.chats(view.now.as_second(), i64::MIN..i64::MAX).flat_map(move |chat| {
        let rows: Vec<Row<'_>> = chat
            .messages()
            .iter()
            .map(|message| chat_row(directory, Entity::new(view.shape()), &chat, message).into())
            .collect();
        rows
    }))
}

/// A message, as any of the views of chats shows it.
pub(super) fn chat_row(directory: &Directory, row: Entity, chat: &Chat, message: &Message) -> Entity {
    let sender = directory.show(message.sender);
    let external = sender.kind == Kind::ExternalLine;
    let other = if message.sender == chat.from { chat.to } else { Some(chat.from) };
    let phone = if external { Value::text(&*sender.number) } else { Value::Null };
    let number = Value::text(if external { &*sender.number } else { sender.dn });
    let queue = chat.queue.map_or(Value::Null, |queue| Value::text(directory.show(Party::Queue(queue)).dn));
    row.with("ConversationId", Value::Int(chat.id))
        .with("MessageId", Value::Int(message.id))
        .with("ChatName", Value::text(&*directory.show(chat.from).name))
        .with("FromName", Value::text(&*sender.name))
        .with("FromNo", number.clone())
        .with("SenderParticipantName", Value::text(&*sender.name))
        .with("SenderParticipantNo", number)
        .with("SenderParticipantPhone", phone.clone())
        .with("ParticipantPhone", phone)
        .with("IsExternal", Value::Bool(external))
        .with("Message", Value::text(message.text))
        .with("Recipients", other.map_or(Value::Null, |party| Value::text(&*directory.show(party).number)))
        .with("QueueNumber", queue)
        .with("ProviderType", Value::text(if chat.queue.is_some() { "LiveChat" } else { "Internal" }))
        .with("ProviderName", Value::text("3CX"))
        .with("Source", Value::text(if chat.queue.is_some() { "LiveChat" } else { "Internal" }))
        .with("TimeSent", instant(message.at))
}

/// The moment of the last call, for clients that look for new ones.
fn last_call(view: View<'_>) -> Rows<'_> {
    let last = view.store.calls.ended(view.now.as_second(), i64::MIN..i64::MAX).next_back();
    let row = move |call: PhoneCall| Entity::new(view.shape()).with("LastCdrStartedAt", instant(call.begins())).into();
    Box::new(last.into_iter().map(row))
}

fn drop_call(call: &Call<'_>, store: &mut Store) -> Answer {
    let id = call.parameters.get("Id").and_then(Value::as_int).ok_or(Problem::NoSuchEntity)?;
    match store.calls.drop_call(id, call.now.as_second()) {
        true => Ok(Response::empty(call.form.answer_in(call.release).status)),
        false => Err(Problem::NoSuchEntity),
    }
}

/// Calls from an extension's device to a number: another extension's, or one outside.
fn make_call(call: &Call<'_>, store: &mut Store) -> Answer {
    let unknown = || Problem::Refused { target: "dn".into(), code: "WARNINGS.XAPI.NON_EXISTENT_EXT_NUMBER" };
    let to = call.text_field("destination")?;
    let from = call.text_field("dn").map_err(|_| unknown())?;
    if to.is_empty() {
        return Err(Problem::refused("destination", "WARNINGS.XAPI.REQUIRED"));
    }
    let from = person(store, from).ok_or_else(unknown)?;
    let digits: String = to.chars().filter(char::is_ascii_digit).collect();
    let last_digits = digits[digits.len().saturating_sub(5)..].parse().unwrap_or(0);
    let to = match person(store, to) {
        Some(person) => person,
        None if store.calls.directory().trunks.is_empty() => {
            return Err(Problem::refused("destination", "WARNINGS.XAPI.NOT_FOUND"));
        }
        None => Party::Outside { trunk: 0, caller: last_digits },
    };
    store.calls.make(from, to, call.now.as_second());
    let answer = call.shapes.entity("CallControlResultResponse").ok_or(Problem::NoSuchPath)?;
    Ok(call.whole(&answer.with("FinalStatus", Value::text("Success"))))
}

/// The user with a number, also one who came after the first day.
fn person(store: &mut Store, number: &str) -> Option<Party> {
    let user = store.set("Users")?.by_number(number).map(directory::dn)?;
    Some(store.calls.directory().person(number).unwrap_or_else(|| store.calls.enlist(user)))
}

fn download(call: &Call<'_>, store: &Store) -> Answer {
    let shape = store.set("CallHistoryView").ok_or(Problem::NoSuchPath)?.shape;
    let options = call.options(Some(shape))?;
    let page = options.page(segments(store, shape, call.now), usize::MAX);
    csv::answer(call, shape, page.rows)
}

/// Deletes the history of a period, or all of it.
fn purge_calls(call: &Call<'_>, store: &mut Store) -> Answer {
    let period = call.field("period").cloned().unwrap_or_default();
    let moment = |name: &str| period[name].as_str().and_then(|text| text.parse().ok()).map(Timestamp::as_second);
    let all = period["All"].as_bool().unwrap_or(false);
    let period = match (moment("Start"), moment("Stop")) {
        _ if all => i64::MIN..call.now.as_second() + 1,
        (None, None) => return Err(Problem::refused("Start", "WARNINGS.XAPI.REQUIRED")),
        (from, to) => from.unwrap_or(i64::MIN)..to.unwrap_or(i64::MAX).min(call.now.as_second() + 1),
    };
    store.calls.purge(period);
    Ok(Response::empty(204))
}
