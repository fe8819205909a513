//! Requests: one client for pages, metadata and wheels, with retries, proxies, credentials and a cache.

mod body;
mod credentials;
mod page_cache;
mod parallel;
mod proxies;
mod stop;
mod transport;

pub(crate) use body::{LEAST, Pace, read_all};
pub(crate) use credentials::{Credentials, decoded};
pub(crate) use page_cache::{CachedPage, PageCache, fresh_until};
pub(crate) use parallel::{Job, Tick, in_parallel};
pub(crate) use proxies::Proxies;
pub(crate) use stop::Stop;
pub(crate) use transport::{Fault, Reply, Transport};
