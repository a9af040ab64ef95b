//! A plan in a file, for work by two: one makes it, the other looks at it and carries it out.
//!
//! ```text
//! Plan ──► seal ──► file ──► open ──► is_still_true ──► use_up ──► (run)
//!                             │            │              └ once
//!                             │            └ the PBX shows what it showed when the plan was made
//!                             └ not altered, not expired, not used, made with this folder's key
//! ```
//!
//! The seal is a keyed hash of every byte of the file, made with the key of a state folder. A plan that
//! comes from another folder, another person's or machine's, cannot be told from a forged one: it opens
//! as [`Opened::foreign`], and a person has to agree to all of it, seen in full. It carries an unkeyed
//! hash too, so that a damaged one is refused everywhere.

use std::io;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use threecx::{Client, Error, NameInput};
use threecx_core::mask;

use crate::before::{Before, Properties, Touched};
use crate::journal::{Journal, JournalError, now};
use crate::keys::{fill, hex};
use crate::plan::{Plan, Thing};
use crate::references::About;

/// The version of the format.
const VERSION: u32 = 1;

/// How long a plan is valid by default.
pub const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The largest file that is read as a plan.
pub const LARGEST: usize = 64 << 20;

/// Why a file is not carried out as a plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// It is something else.
    #[error("it is not a plan of this program: {reason}")]
    NotAPlan {
        /// What is wrong with it.
        reason: String,
    },
    /// It was made by another version.
    #[error("it is a plan of another version of this program (format {version})")]
    Version {
        /// The format.
        version: u32,
    },
    /// Something in it is not what was sealed.
    #[error("it was altered after it was made")]
    Altered,
    /// It is no longer valid.
    #[error("it has expired")]
    Expired,
    /// It was carried out before.
    #[error("it was used before")]
    Used,
    /// It is for another PBX.
    #[error("it is for {planned}, and this is {connected}")]
    OtherPbx {
        /// The address in the plan.
        planned: String,
        /// The address of the connected one.
        connected: String,
    },
    /// The PBX no longer shows what it showed.
    #[error("since it was made, {}", what.join("; "))]
    Drifted {
        /// What has changed, thing by thing.
        what: Vec<String>,
    },
    /// The journal, which knows what was used, cannot be used itself.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The PBX could not be asked.
    #[error(transparent)]
    Call(#[from] Box<Error>),
    /// The system has no random numbers.
    #[error("{0}")]
    System(#[from] io::Error),
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    threecx_plan: u32,
    id: String,
    /// Who made it: `ada@workstation`.
    by: String,
    /// In milliseconds since 1970.
    made: i64,
    expires: i64,
    /// Which folder's key it is sealed with.
    key: String,
    #[serde(borrow)]
    plan: &'a RawValue,
    hash: String,
    seal: String,
}

impl Written<'_> {
    /// Everything but the hash and the seal, each part with its length.
    fn sealed_bytes(&self) -> Vec<u8> {
        let (version, made, expires) = (self.threecx_plan.to_string(), self.made.to_string(), self.expires.to_string());
        let mut bytes = Vec::with_capacity(self.plan.get().len() + 200);
        for part in [&version, &self.id, &self.by, &made, &expires, &self.key, self.plan.get()] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }

    /// Of everything, the seal too.
    fn hash_of_all(&self) -> String {
        let mut bytes = self.sealed_bytes();
        bytes.extend_from_slice(self.seal.as_bytes());
        hex(digest(&SHA256, &bytes).as_ref())
    }

    fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

/// Seals a plan: the text of its file. Properties that are secret are left out of what was there before.
///
/// # Errors
/// That the plan cannot be written.
pub fn seal(plan: &Plan, journal: &Journal, by: &str, lifetime: Duration) -> Result<String, SealError> {
    let mut plan = plan.clone();
    for step in &mut plan.steps {
        if let (Some(before), Some(touched)) = (&mut step.before, Touched::by(step.operation, &step.arguments)) {
            before.properties.retain(|name, _| !touched.is_secret(name));
        }
    }
    let not_a_plan = |error: serde_json::Error| SealError::NotAPlan { reason: mask::unfit(&error) };
    let text = serde_json::to_string(&plan).map_err(not_a_plan)?;
    let raw: &RawValue = serde_json::from_str(&text).map_err(not_a_plan)?;
    let mut id = [0; 16];
    fill(&mut id)?;
    let made = now();
    let lifetime = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
    let mut written = Written {
        threecx_plan: VERSION,
        id: hex(&id),
        by: by.to_owned(),
        made,
        expires: made.saturating_add(lifetime),
        key: journal.keys().name().to_owned(),
        plan: raw,
        hash: String::new(),
        seal: String::new(),
    };
    written.seal = journal.keys().seal(&written.sealed_bytes());
    written.hash = written.hash_of_all();
    written.text().map_err(not_a_plan)
}

/// A plan from a file that is neither altered nor expired.
#[derive(Debug)]
pub struct Opened {
    /// What would be carried out.
    pub plan: Plan,
    /// True if it was made with the key of another folder: then it cannot be told whether someone who knows
    /// how has altered it.
    pub foreign: bool,
    /// Who says that they made it.
    pub by: String,
    /// When, in milliseconds since 1970.
    pub made: i64,
    /// Until when it is valid.
    pub expires: i64,
    id: String,
}

/// Opens the text of a file.
///
/// # Errors
/// Why it must not be carried out.
pub fn open(text: &str, journal: &Journal) -> Result<Opened, SealError> {
    let not_a_plan = |error: serde_json::Error| SealError::NotAPlan { reason: mask::unfit(&error) };
    if text.len() > LARGEST {
        return Err(SealError::NotAPlan { reason: format!("it is longer than {} MB", LARGEST >> 20) });
    }
    let written: Written = serde_json::from_str(text).map_err(not_a_plan)?;
    if written.threecx_plan != VERSION {
        return Err(SealError::Version { version: written.threecx_plan });
    }
    // Nothing may hide in how the text is written.
    if written.text().map_err(not_a_plan)? != text {
        return Err(SealError::Altered);
    }
    let bytes = written.sealed_bytes();
    let foreign = written.key != journal.keys().name();
    if written.hash_of_all() != written.hash || !foreign && !journal.keys().is_seal_of(&written.seal, &bytes) {
        return Err(SealError::Altered);
    }
    if written.expires <= now() {
        return Err(SealError::Expired);
    }
    if journal.is_used(&written.id)? {
        return Err(SealError::Used);
    }
    let plan: Plan = serde_json::from_str(written.plan.get()).map_err(not_a_plan)?;
    if let Some(step) = plan.steps.iter().find(|step| step.concerns.iter().any(|thing| *thing >= plan.things.len())) {
        return Err(SealError::NotAPlan { reason: format!("a step ({}) concerns nothing", step.operation.id) });
    }
    let Written { by, made, expires, id, .. } = written;
    Ok(Opened { plan, foreign, by, made, expires, id })
}

impl Opened {
    /// Looks at the PBX again: what the plan changes has to be what it was. Afterwards the plan says what is
    /// there now, so that it can be taken back.
    ///
    /// # Errors
    /// What has changed, thing by thing; that it is another PBX.
    pub async fn is_still_true(&mut self, client: &Client, connected: &str) -> Result<(), SealError> {
        if self.plan.pbx != connected {
            let planned = self.plan.pbx.clone();
            return Err(SealError::OtherPbx { planned, connected: connected.to_owned() });
        }
        let mut what = Vec::new();
        for index in 0..self.plan.steps.len() {
            let step = &self.plan.steps[index];
            let Some(touched) = Touched::by(step.operation, &step.arguments) else { continue };
            let Some(before) = &step.before else {
                // There was nothing to compare with; what is there now is needed to take it back.
                self.plan.steps[index].before = touched.read(client, &self.plan.steps[index].arguments).await.ok();
                continue;
            };
            let seen = match touched.read(client, &step.arguments).await {
                Ok(seen) => seen,
                Err(Error::NotFound(_)) => {
                    what.push(format!("{} has gone", self.plan.label(index)));
                    continue;
                }
                Err(error) => return Err(Box::new(error).into()),
            };
            let comparable = Before { properties: telling(&seen.properties, before, &touched), ..Before::default() };
            let then = Before { properties: telling(&before.properties, before, &touched), ..Before::default() };
            let changed = then.drifted(&comparable);
            if !changed.is_empty() {
                what.push(format!("{} of {} has changed", changed.join(", "), self.plan.label(index)));
            }
            self.plan.steps[index].before = Some(seen);
        }
        if !what.is_empty() {
            return Err(SealError::Drifted { what });
        }
        self.plan.made = now();
        Ok(())
    }

    /// Uses the plan up: from here on nobody can carry it out again with this folder.
    ///
    /// # Errors
    /// That it was used or has expired in the meantime, or that this cannot be recorded.
    pub fn use_up(&self, journal: &Journal) -> Result<(), SealError> {
        if self.expires <= now() {
            return Err(SealError::Expired);
        }
        if journal.use_seal(&self.id, self.expires)? { Ok(()) } else { Err(SealError::Used) }
    }

    /// Finds out on the PBX what the steps concern: what a foreign plan says of it may be a lie.
    ///
    /// # Errors
    /// Those of asking the PBX.
    pub async fn name(&mut self, client: &Client) -> Result<(), SealError> {
        let wrong = |error: Error| SealError::Call(Box::new(error));
        self.plan.things.clear();
        for index in 0..self.plan.steps.len() {
            let step = &mut self.plan.steps[index];
            step.concerns.clear();
            let Some(about) = About::of(step.operation).filter(|about| about.set.list.is_some()) else { continue };
            if about.set.key.is_none_or(|key| key.name != about.by.property.name) {
                continue;
            }
            let words: Vec<NameInput> = about.ids(&step.arguments).into_iter().map(NameInput::Key).collect();
            let mut directory = client.directory();
            directory.look_up(about.set, &words.iter().collect::<Vec<_>>()).await.map_err(wrong)?;
            for word in &words {
                for entity in directory.take(about.set, "", word, "").unwrap_or_default() {
                    self.plan.steps[index].concerns.push(self.plan.things.len());
                    self.plan.things.push(Thing { set: about.set, entity, by_name: false });
                }
            }
        }
        Ok(())
    }
}

/// The properties that tell whether something is as it was: of what is about to change, all but the
/// secret ones, which are not in the file; of what is about to go, what it is called, since a PBX changes
/// some of the rest by itself.
fn telling(properties: &Properties, before: &Before, touched: &Touched) -> Properties {
    let tells = |name: &str| match (before.whole, touched.set) {
        (true, Some(set)) => {
            set.number.is_some_and(|number| number.name == name)
                || set.names.contains(&name)
                || set.email.is_some_and(|email| email.name == name)
        }
        _ => !touched.is_secret(name),
    };
    properties.iter().filter(|(name, _)| tells(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}
