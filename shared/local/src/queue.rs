//! The stages' queues in memory: a list that tests read, and can break.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::StageMessage;
use domain::ports::{PortError, StageQueue};

use crate::lock;

/// A queue that keeps what is sent until it is taken. Clones share.
#[derive(Clone, Debug, Default)]
pub struct MemoryQueue(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    messages: Vec<StageMessage>,
    broken: bool,
}

impl MemoryQueue {
    /// What was sent and not yet taken, oldest first.
    pub fn sent(&self) -> Vec<StageMessage> {
        lock(&self.0).messages.clone()
    }

    /// Takes all of it.
    pub fn take(&self) -> Vec<StageMessage> {
        std::mem::take(&mut lock(&self.0).messages)
    }

    /// Makes every call fail as if the queue were gone, or ends that.
    pub fn break_down(&self, broken: bool) {
        lock(&self.0).broken = broken;
    }
}

impl State {
    fn check(&self) -> Result<(), PortError> {
        if self.broken {
            return Err(PortError::unavailable("the queue was told to break down"));
        }
        Ok(())
    }
}

#[async_trait]
impl StageQueue for MemoryQueue {
    async fn send(&self, message: &StageMessage) -> Result<(), PortError> {
        let mut state = lock(&self.0);
        state.check()?;
        state.messages.push(message.clone());
        Ok(())
    }

    async fn ping(&self) -> Result<(), PortError> {
        lock(&self.0).check()
    }
}
