//! Chats: some of those who call also write. Worked out from the calls, so that they cost
//! nothing either.

use std::ops::Range;

use super::{Calls, Party, PhoneCall};
use crate::assumptions::CHATTING_CALLS;

/// A conversation.
pub(crate) struct Chat {
    pub id: i64,
    /// Who writes first: somebody on the web site, or a colleague.
    pub from: Party,
    /// The queue that somebody on the web site writes to.
    pub queue: Option<u32>,
    /// Who answers, if anybody does.
    pub to: Option<Party>,
    pub begins: i64,
}

/// A message of a conversation.
pub(crate) struct Message {
    pub id: i64,
    pub sender: Party,
    pub at: i64,
    pub text: &'static str,
}

impl Chat {
    fn of(call: &PhoneCall) -> Option<Chat> {
        let first = call.legs.first()?;
        let (queue, to) = match call.queue_visit() {
            Some(visit) => (Some(visit.queue), visit.answer().map(|leg| leg.to)),
            None => (None, Some(first.to)),
        };
        let people = |party: Party| matches!(party, Party::Person(_));
        let inside = people(first.from) && to.is_some_and(people);
        (queue.is_some() || inside).then(|| Chat { id: call.id(), from: first.from, queue, to, begins: call.begins() })
    }

    /// What was written, in order.
    pub fn messages(&self) -> Vec<Message> {
        let message =
            |place: i64, sender, text| Message { id: self.id * 4 + place, sender, at: self.begins + place * 15, text };
        let mut messages = vec![message(0, self.from, "Hello, is anybody there?")];
        if let Some(to) = self.to {
            messages.push(message(1, to, "Yes, how can I help you?"));
            messages.push(message(2, self.from, "I will call you, thank you."));
        }
        messages
    }
}

impl Calls {
    /// The chats of a period, in order.
    pub fn chats(&self, now: i64, period: Range<i64>) -> impl DoubleEndedIterator<Item = Chat> {
        let chatting = |call: &PhoneCall| call.number % CHATTING_CALLS == 3;
        self.ended(now, period).filter(chatting).filter_map(|call| Chat::of(&call))
    }
}
