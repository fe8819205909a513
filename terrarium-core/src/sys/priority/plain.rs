//! No priorities: the thread works like any other.

/// Does nothing.
pub(crate) fn lower() {}

#[cfg(test)]
mod tests {
    #[test]
    fn it_can_be_called() {
        super::lower();
    }
}
