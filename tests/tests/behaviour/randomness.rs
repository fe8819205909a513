//! Two runs of one image share no randomness; deterministic runs share all of it.

use std::collections::BTreeSet;

use terrarium_core::{Deterministic, Image, ImageOptions, Sandbox};
use terrarium_tests::{options, sandbox};

use crate::support::success;

/// A line for each source of randomness.
const DRAW: &str = "import random, secrets, uuid, tempfile, os, time
print('random', random.random(), random.getrandbits(64), random.gauss(0, 1))
print('instance', random.Random().random())
print('system', random.SystemRandom().random())
print('secrets', secrets.token_hex(16))
print('uuid1', uuid.uuid1())
print('uuid4', uuid.uuid4())
print('uuid7', uuid.uuid7())
print('file', os.path.basename(tempfile.mktemp()))
print('folder', os.path.basename(tempfile.mkdtemp()))
print('urandom', os.urandom(8).hex())
print('device', open('/dev/urandom', 'rb').read(8).hex())
print('shuffle', random.sample(range(10**6), 5))";

fn drawn(sandbox: &Sandbox) -> Vec<String> {
    let result = sandbox.execute(DRAW).unwrap();
    let lines: Vec<String> = success(&result).stdout.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), DRAW.matches("print(").count(), "{lines:?}");
    lines
}

#[test]
fn runs_of_one_image_draw_different_numbers() {
    let sandbox = sandbox();
    let mut all = BTreeSet::new();
    // More than two: the first may have a separate instance, later ones reuse one.
    for run in 0..5 {
        for line in drawn(&sandbox) {
            assert!(all.insert(line.clone()), "run {run} draws again: {line}");
        }
    }
    let mut session = sandbox.session().unwrap();
    for line in success(&session.execute(DRAW).unwrap()).stdout.lines() {
        assert!(all.insert(line.to_owned()), "a session draws again: {line}");
    }
}

#[test]
fn images_whose_preparation_has_drawn_do_not_repeat_it() {
    let sandbox = Sandbox::on_image(crate::images::prepared().clone(), options()).unwrap();
    let mut all = BTreeSet::new();
    for _ in 0..3 {
        for line in drawn(&sandbox) {
            assert!(all.insert(line.clone()), "{line}");
        }
    }
}

#[test]
fn deterministic_runs_draw_the_same_whatever_ran_before() {
    let image = Image::build(ImageOptions::default()).unwrap();
    let with = |deterministic| Sandbox::on_image(image.clone(), options().deterministic(deterministic)).unwrap();
    let fixed = with(Some(Deterministic::new().seed(5)));
    let other = with(Some(Deterministic::new().seed(6)));
    let first = drawn(&fixed);
    for _ in 0..3 {
        assert_eq!(drawn(&fixed), first);
        let free = drawn(&with(None));
        assert!(free.iter().zip(&first).all(|(free, fixed)| free != fixed), "{free:?}");
        let differing = drawn(&other);
        assert!(differing.iter().zip(&first).all(|(one, other)| one != other), "{differing:?} {first:?}");
    }
    fixed.execute("import random, numbers; random.seed(9); 1 / 0").unwrap();
    assert_eq!(drawn(&fixed), first);
    let mut session = fixed.session().unwrap();
    let stdout = session.execute(DRAW).unwrap().stdout;
    assert_eq!(stdout.lines().collect::<Vec<_>>(), first);
}

#[test]
fn addresses_and_hashes_of_text_are_common_to_runs_of_one_image() {
    let sandbox = sandbox();
    let code = "[hash('secret'), hash(b'secret'), id(None), id(print)]";
    let first = sandbox.execute(code).unwrap().final_repr;
    assert!(first.is_some());
    assert_eq!(sandbox.execute(code).unwrap().final_repr, first);
}

#[test]
fn generators_that_an_image_keeps_differ_unless_they_were_seeded() {
    let code = "import colorsys, random
from multiprocessing import process
process.current_process().authkey
class Mine(random.Random): pass
colorsys.drawn = [random.Random(), Mine(), random.Random(None)]
colorsys.seeded = [random.Random(5)]
colorsys.seeded.append(random.Random())
colorsys.seeded[1].seed('text')
[generator.random() for generator in colorsys.drawn + colorsys.seeded]";
    let image = Image::build(ImageOptions::default().prepare(code)).unwrap();
    let sandbox = Sandbox::on_image(image, options()).unwrap();
    let draw = "import colorsys, random
from multiprocessing import process
print(*(generator.random() for generator in colorsys.seeded))
for generator in colorsys.drawn: print(type(generator).__name__, generator.random(), generator.gauss(0, 1))
key = process.current_process().authkey
assert len(key) == 32 and key is process.current_process().authkey
print(key.hex())
assert random.Random.seed.__module__ == 'random'";
    let mut all = BTreeSet::new();
    let mut seeded = BTreeSet::new();
    for _ in 0..3 {
        let result = sandbox.execute(draw).unwrap();
        let mut lines = success(&result).stdout.lines();
        seeded.insert(lines.next().unwrap().to_owned());
        for line in lines {
            assert!(all.insert(line.to_owned()), "drawn again: {line}");
        }
    }
    assert_eq!((all.len(), seeded.len()), (12, 1), "{all:?} {seeded:?}");
}
