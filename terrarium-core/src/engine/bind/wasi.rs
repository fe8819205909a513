//! The parts of WASI preview 1 that wasmtime-wasi serves: environment, clocks, entropy.
//!
//! They receive the process's clocks and entropy, so that a deterministic guest is deterministic in every respect.

use std::{convert::Infallible, sync::Arc, time::Duration};

use chacha20::rand_core::TryRng;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtxBuilder, p1::WasiP1Ctx};

use terrarium_unix::{
    fd::Entropy,
    syscall::{Clock, Process},
};

/// Returns the WASI context of `process` with the environment `env`.
pub(in crate::engine) fn context(process: &Process, env: &[(String, String)]) -> WasiP1Ctx {
    let mut builder = WasiCtxBuilder::new();
    for (name, value) in env {
        builder.env(name, value);
    }
    builder
        .wall_clock(Wall(Arc::clone(process.clock())))
        .monotonic_clock(Monotonic(Arc::clone(process.clock())))
        .secure_random(Random(process.entropy.clone()))
        .build_p1()
}

struct Wall(Arc<dyn Clock>);

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.realtime_ns())
    }
}

struct Monotonic(Arc<dyn Clock>);

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        self.0.monotonic_ns()
    }
}

struct Random(Entropy);

impl Random {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        // The system's generator does not fail once it has been seeded, which is before any process of a user. If it
        // fails, the rest stays zero, and the generator of the standard library also seeds itself from the clock.
        if let Err(errno) = self.0.fill(bytes) {
            tracing::error!(%errno, "the system gave no random bytes");
        }
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.bytes()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}
