//! A tree behaves alike in the layer and in the top, and with or without an earlier fork.

use crate::ops::sequence;
use crate::world::{World, context, difference};
use proptest::prelude::*;
use std::sync::Arc;
use terrarium_unix::vfs::{Layer, LayerBuilder, Vfs, VfsLimits};

const HOME: &[u8] = b"/home/earth";

/// Makes a world in which a sequence was carried out, with everything closed again.
fn built(ops: &[crate::ops::Op]) -> World {
    let mut world = World::new(Vfs::new(Layer::unix(), VfsLimits::UNLIMITED), context(1000, 1000), HOME);
    for op in ops {
        let _ = world.apply(op);
    }
    world.close_all();
    world.return_to(HOME);
    world
}

fn check_same(mut one: World, mut other: World, ops: &[crate::ops::Op]) -> Result<(), TestCaseError> {
    let (mark, other_mark) = (one.vfs.mark(), other.vfs.mark());
    for op in ops {
        prop_assert_eq!(one.apply(op), other.apply(op), "{:?}", op);
    }
    let (tree, other_tree) = (one.tree(b"/"), other.tree(b"/"));
    prop_assert!(tree == other_tree, "{}", difference(&tree, &other_tree));
    prop_assert_eq!(one.vfs.changes(&mark), other.vfs.changes(&other_mark));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_in_the_layer_is_as_good_as_one_in_the_top(
        before in sequence(HOME, 60),
        after in sequence(HOME, 60),
    ) {
        let top = built(&before);
        let layer = Arc::new(top.vfs.freeze());
        let frozen = World::new(Vfs::new(layer.clone(), VfsLimits::UNLIMITED), top.ctx, HOME);
        let tree = frozen.tree(b"/");
        check_same(top, frozen, &after)?;
        // After all changes above it, the layer is unchanged.
        let again = World::new(Vfs::new(layer, VfsLimits::UNLIMITED), context(1000, 1000), HOME);
        prop_assert_eq!(again.tree(b"/"), tree);
    }

    #[test]
    fn a_merged_layer_is_as_good_as_the_one_it_was_merged_from(
        before in sequence(HOME, 60),
        after in sequence(HOME, 30),
    ) {
        let top = built(&before);
        let mut builder = LayerBuilder::unix();
        builder.merge(&top.vfs.freeze()).unwrap();
        let merged = World::new(Vfs::new(Arc::new(builder.build()), VfsLimits::UNLIMITED), top.ctx, HOME);
        check_same(top, merged, &after)?;
    }

    #[test]
    fn a_fork_and_its_original_do_not_meet_again(
        before in sequence(HOME, 40),
        one in sequence(HOME, 40),
        other in sequence(HOME, 40),
    ) {
        let mut original = built(&before);
        let mut fork = original.clone();
        let untouched = built(&before);
        // The fork changes; the original is unaffected.
        for op in &one {
            let _ = fork.apply(op);
        }
        let tree = fork.tree(b"/");
        prop_assert_eq!(original.tree(b"/"), untouched.tree(b"/"));
        // The original changes; the fork is unaffected, and both end as they would have alone.
        for op in &other {
            let _ = original.apply(op);
        }
        prop_assert!(fork.tree(b"/") == tree);
        let mut alone = untouched;
        for op in &other {
            let _ = alone.apply(op);
        }
        prop_assert_eq!(original.tree(b"/"), alone.tree(b"/"));
        prop_assert_eq!(original.vfs.usage(), alone.vfs.usage());
    }
}
