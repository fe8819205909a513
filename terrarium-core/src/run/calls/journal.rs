//! [`Notes`]: the journal of one run, while its calls are recorded or replayed.

use std::{
    collections::{HashMap, VecDeque},
    mem,
};

use crate::{
    HostCallOutcome,
    functions::{CallRecord, Journal, RecordedCall},
};

/// The beginning of the arguments that a record shows.
const SHOWN: usize = 200;
/// The most calls of a record.
const MOST: usize = 100_000;

/// The journal of a run.
pub(super) struct Notes {
    made: CallRecord,
    replay: Option<Replay>,
    /// The looks without a call that had ended, since the last that had.
    looks: u32,
}

/// A record that answers.
struct Replay {
    calls: Vec<RecordedCall>,
    /// The places of the calls that were not made yet, by name and digest.
    places: HashMap<(String, String), VecDeque<usize>>,
    order: VecDeque<(u32, u32)>,
    /// Whether other calls end the run.
    is_strict: bool,
}

/// The answer of a journal to a call.
pub(super) enum Noted {
    /// The function is called; the call is recorded at this place.
    Live(usize),
    /// The recorded answer and outcome, and the place.
    Answer(usize, Vec<u8>, HostCallOutcome),
    /// The record has no such call.
    Diverged(String),
}

/// The next call that has ended, in a record.
pub(super) enum Order {
    /// As it comes.
    Any,
    /// None at this look.
    None,
    /// The call at this place.
    Call(usize),
}

impl Notes {
    pub(super) fn new(journal: Journal) -> Self {
        let (record, is_strict) = match journal {
            Journal::Record => return Self { made: CallRecord::default(), replay: None, looks: 0 },
            Journal::Replay(record) => (record, true),
            Journal::Resume(record) => (record, false),
        };
        let mut places: HashMap<_, VecDeque<usize>> = HashMap::new();
        for (place, call) in record.calls.iter().enumerate().filter(|(_, call)| !call.answer.is_empty()) {
            places.entry((call.name.clone(), call.arguments.clone())).or_default().push_back(place);
        }
        let replay = Replay { calls: record.calls, places, order: record.order.into(), is_strict };
        Self { made: CallRecord::default(), replay: Some(replay), looks: 0 }
    }

    /// Notes the begin of a call.
    pub(super) fn begin(&mut self, name: &str, arguments: String, text: &[u8]) -> Noted {
        let shown = String::from_utf8_lossy(&text[..text.len().min(SHOWN)]).into_owned();
        let place = self.made.calls.len();
        let call = RecordedCall { name: name.to_owned(), arguments, shown, ..RecordedCall::default() };
        let found = self.replay.as_mut().map(|replay| replay.find(&call));
        if place >= MOST {
            return Noted::Diverged(format!("the journal has {MOST} calls, which is its limit"));
        }
        match found {
            Some(Err(recorded)) => {
                let shown = format!("{}{}", call.name, call.shown);
                Noted::Diverged(format!("the journal has no further call like {shown}; its next call is {recorded}"))
            }
            Some(Ok(Some((answer, outcome)))) => {
                self.made.calls.push(call);
                self.end(place, &answer, outcome);
                Noted::Answer(place, answer, outcome)
            }
            Some(Ok(None)) | None => {
                self.made.calls.push(call);
                Noted::Live(place)
            }
        }
    }

    /// Notes the answer of a call that the guest gets.
    pub(super) fn end(&mut self, place: usize, answer: &[u8], outcome: HostCallOutcome) {
        if let Some(call) = self.made.calls.get_mut(place) {
            call.answer = answer.to_vec().into();
            call.outcome = outcome;
        }
    }

    /// Returns the next call that has ended in the record.
    pub(super) fn next(&mut self) -> Order {
        let Some(replay) = &mut self.replay else { return Order::Any };
        match replay.order.front_mut() {
            Some((looks @ 1.., _)) => {
                *looks -= 1;
                Order::None
            }
            Some((_, place)) => Order::Call(*place as usize),
            None => Order::Any,
        }
    }

    /// Notes a look at the calls that have ended, and the place of the one that the guest gets.
    pub(super) fn look(&mut self, place: Option<usize>) {
        match place {
            None => self.looks = self.looks.saturating_add(1),
            Some(place) => {
                let place = u32::try_from(place).unwrap_or(u32::MAX);
                self.made.order.push((mem::take(&mut self.looks), place));
                if let Some(replay) = &mut self.replay
                    && replay.order.front().is_some_and(|(looks, at)| *looks == 0 && *at == place)
                {
                    replay.order.pop_front();
                }
            }
        }
    }

    pub(super) fn finish(&mut self) -> CallRecord {
        mem::take(&mut self.made)
    }
}

impl Replay {
    /// Returns the answer of the first equal call that was not made yet; without one nothing, or the next call of the
    /// record in words.
    fn find(&mut self, call: &RecordedCall) -> Result<Option<(Vec<u8>, HostCallOutcome)>, String> {
        let key = (call.name.clone(), call.arguments.clone());
        if let Some(place) = self.places.get_mut(&key).and_then(VecDeque::pop_front)
            && let Some(found) = self.calls.get(place)
        {
            return Ok(Some((found.answer.to_vec(), found.outcome)));
        }
        if !self.is_strict {
            return Ok(None);
        }
        let next = self.places.values().filter_map(|places| places.front()).min();
        let next = next.and_then(|place| self.calls.get(*place));
        Err(next.map_or_else(|| "none".to_owned(), |next| format!("{}{}", next.name, next.shown)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded() -> CallRecord {
        let mut notes = Notes::new(Journal::Record);
        for (place, (name, answer)) in [("a", "V1"), ("b", "V2"), ("a", "V3")].into_iter().enumerate() {
            assert!(matches!(notes.begin(name, "digest".to_owned(), b"[[],{}]"), Noted::Live(at) if at == place));
            notes.look(None);
            notes.end(place, answer.as_bytes(), HostCallOutcome::Returned);
            notes.look(Some(place));
        }
        notes.finish()
    }

    #[test]
    fn equal_calls_get_their_answers_in_order() {
        let record = recorded();
        assert_eq!(record.order, [(1, 0), (1, 1), (1, 2)]);
        let mut notes = Notes::new(Journal::Replay(record.clone()));
        for (name, expected) in [("a", "V1"), ("a", "V3"), ("b", "V2")] {
            let Noted::Answer(_, answer, _) = notes.begin(name, "digest".to_owned(), b"[[],{}]") else { panic!() };
            assert_eq!(answer, expected.as_bytes());
        }
        let Noted::Diverged(text) = notes.begin("a", "other".to_owned(), b"[[1],{}]") else { panic!() };
        assert_eq!(text, "the journal has no further call like a[[1],{}]; its next call is none");
        let mut resumed = Notes::new(Journal::Resume(record));
        assert!(matches!(resumed.begin("c", "digest".to_owned(), b""), Noted::Live(0)));
        assert!(matches!(resumed.begin("b", "digest".to_owned(), b""), Noted::Answer(1, ..)));
    }

    #[test]
    fn a_record_keeps_its_json_form() {
        let record = recorded();
        let text = serde_json::to_string(&Journal::Replay(record.clone())).unwrap();
        assert_eq!(serde_json::from_str::<Journal>(&text).unwrap(), Journal::Replay(record));
        assert_eq!(serde_json::from_str::<Journal>("\"record\"").unwrap(), Journal::Record);
    }
}
