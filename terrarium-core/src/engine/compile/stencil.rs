//! The engine's records of compiled functions, without the positions of the source.
//!
//! A record has the position in the source of each instruction, which is a third of its bytes. Without maps of addresses
//! the engine does not use the positions. The engine writes records with `postcard`: numbers have seven bits a byte, and
//! a list begins with its length. The layout is that of `CachedFunc` in the version of Cranelift that is pinned.

/// Returns a record without positions of the source. `None` for a record of another layout.
pub(super) fn without_positions(record: &[u8]) -> Option<Vec<u8>> {
    let mut rest = Reader { bytes: record, at: 0 };
    let version = rest.number()?;
    rest.skip(version)?;
    let code = rest.number()?;
    rest.skip(code)?;
    let relocations = rest.number()?;
    for _ in 0..relocations {
        rest.numbers(2)?;
        match rest.number()? {
            // A name: of a function, of a function of the engine's library, or a symbol.
            0 if matches!(rest.number()?, 0 | 2 | 3) => rest.numbers(2)?,
            1 => rest.numbers(2)?,
            _ => return None,
        }
    }
    let traps = rest.number()?;
    for _ in 0..traps {
        rest.number()?;
        rest.skip(1)?;
    }
    let calls = rest.number()?;
    for _ in 0..calls {
        rest.number()?;
        match rest.number()? {
            0 => rest.numbers(2)?,
            1 => rest.numbers(3)?,
            _ => return None,
        }
    }
    // Calls that can be patched have another size; the engine makes none here.
    if rest.number()? != 0 {
        return None;
    }
    let handlers = rest.number()?;
    for _ in 0..handlers {
        match rest.number()? {
            0 => rest.numbers(2)?,
            1 => rest.numbers(1)?,
            2 => match rest.number()? {
                0 => rest.numbers(1)?,
                1 => rest.skip(1)?,
                _ => return None,
            },
            _ => return None,
        }
    }
    let begin = rest.at;
    let positions = rest.number()?;
    let mut end = 0;
    for _ in 0..positions {
        let span = (rest.number()?, rest.number()?);
        rest.number()?;
        // Spans of the code, in order: bytes of anything else would not be.
        if span.0 < end || span.1 < span.0 || span.1 > code {
            return None;
        }
        end = span.1;
    }
    Some([&record[..begin], &[0], &record[rest.at..]].concat())
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn numbers(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.number().map(drop))
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        let end = self.at.checked_add(usize::try_from(count).ok()?)?;
        self.at = end;
        (end <= self.bytes.len()).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        borrow::Cow,
        collections::HashMap,
        sync::{Arc, Mutex},
    };

    use proptest::prelude::*;
    use wasmtime::{CacheStore, Config, Engine};

    use super::*;

    /// The records of an engine's functions, kept with positions or without.
    #[derive(Debug, Default)]
    struct Records {
        short: bool,
        kept: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
        found: Mutex<usize>,
    }

    impl CacheStore for Records {
        fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
            let record = self.kept.lock().unwrap().get(key).cloned()?;
            *self.found.lock().unwrap() += 1;
            Some(Cow::Owned(record))
        }

        fn insert(&self, key: &[u8], record: Vec<u8>) -> bool {
            let record = if self.short { without_positions(&record).unwrap() } else { record };
            self.kept.lock().unwrap().insert(key.to_vec(), record);
            true
        }
    }

    const MODULE: &str = r#"(module
        (import "a" "f" (func $f (param i32) (result i32)))
        (memory 1)
        (table 4 funcref)
        (tag $t (param i32))
        (func (export "g") (param i32 i64) (result i64)
            (local $x i64)
            (block $out (result i32)
                (try_table (catch $t $out)
                    (throw $t (i32.div_s (call $f (local.get 0)) (i32.load offset=70000 (local.get 0)))))
                i32.const 1)
            drop
            (loop (local.set $x (i64.mul (local.get $x) (local.get 1)))
                (br_if 0 (i32.load8_u (local.get 0))))
            (i64.trunc_f64_s (f64.ceil (f64.convert_i64_s (local.get $x)))))
        (func (param i32) (result i32) (call_indirect (param i32) (result i32) (local.get 0) (local.get 0))))"#;

    fn compile(records: &Arc<Records>) -> Vec<u8> {
        let mut config = Config::new();
        config.wasm_exceptions(true).wasm_gc(true).generate_address_map(false);
        // With several threads, the keys of a few records differ from run to run.
        config.parallel_compilation(false);
        config.enable_incremental_compilation(Arc::clone(records) as Arc<dyn CacheStore>).unwrap();
        Engine::new(&config).unwrap().precompile_module(&wat::parse_str(MODULE).unwrap()).unwrap()
    }

    #[test]
    fn the_engine_makes_the_same_code_from_short_records() {
        let (long, short) = (Arc::<Records>::default(), Arc::new(Records { short: true, ..Records::default() }));
        let first = compile(&long);
        assert_eq!(first, compile(&short));
        let functions = short.kept.lock().unwrap().len();
        assert!(functions >= 2);
        assert_eq!(first, compile(&short));
        assert_eq!(*short.found.lock().unwrap(), functions, "each record was read again");
        let bytes = |records: &Records| records.kept.lock().unwrap().values().map(Vec::len).sum::<usize>();
        assert!(bytes(&short) < bytes(&long));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_record_or_none(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            place in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let _ = without_positions(&bytes);
            let records = Arc::<Records>::default();
            if bytes.len() < 8 {
                compile(&records);
            }
            for record in records.kept.lock().unwrap().values() {
                let mut changed = record.clone();
                let at = place.index(changed.len());
                changed[at] = byte;
                let _ = without_positions(&changed);
                let _ = without_positions(&record[..cut.index(record.len())]);
            }
        }
    }
}
