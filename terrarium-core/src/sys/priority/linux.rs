//! The nice value, which each thread has for itself on Linux. Threads that it starts inherit the value.

/// Gives the calling thread the lowest priority.
pub(crate) fn lower() {
    // A refusal costs other threads some time.
    let _ = rustix::process::setpriority_process(None, 19);
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_the_calling_thread_gets_the_lowest_priority() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let before = priority();
        let lowered = std::thread::spawn(move || {
            super::lower();
            priority()
        });
        assert_eq!((lowered.join().unwrap(), priority()), (19, before));
    }
}
