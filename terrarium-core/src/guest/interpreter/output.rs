//! The input and the output of a run: where they come from, and who receives them while the code runs.

use std::sync::Arc;

use super::LiveInterpreter;
use crate::{
    ExecuteOptions, Stdin,
    guest::{input::HostInput, receivers::Receivers},
};
use terrarium_unix::syscall::Channel as _;

impl LiveInterpreter {
    /// Takes the receivers of a run's events out of its options. They do not delay the end of a run that is being stopped.
    pub(crate) fn receivers(&self, options: &mut ExecuteOptions) -> Option<Arc<Receivers>> {
        let receivers = Receivers::take(options, self.guest.interrupt());
        self.frames.tell(receivers.clone());
        receivers
    }

    /// Sets the standard input of the next run. Returns its source, if the host is asked for it.
    pub(crate) fn set_input(&mut self, stdin: Stdin) -> Option<Arc<HostInput>> {
        let (input, source) = HostInput::input(stdin, self.guest.interrupt());
        self.process().streams.input = input;
        source
    }

    /// Ends the output of a run: a clearing that waits takes effect if there was more output.
    pub(super) fn settle_output(&mut self) {
        self.frames.tell(None);
        let more = self.frames.has_more();
        let text = self.process().streams.settle(more);
        self.frames.settle(text);
    }
}
