//! Every legacy construct by itself and nested, with its expected outcome.

use crate::support::{Outcome, translated};

/// Tags that every module here has.
const TAGS: &str = r#"
    (tag $none (export "none"))
    (tag $one (export "one") (param i32))
    (tag $two (export "two") (param i64 i32))
    (func $throw_by (param i32)
        (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $none)))
        (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $one (i32.const 22))))
        (if (i32.eq (local.get 0) (i32.const 3))
            (then (throw $two (i64.const 33) (i32.const 333)))))
"#;

/// Runs the function `run` with the text `body` for each argument and compares.
#[track_caller]
fn check(body: &str, expected: &[(i32, Outcome)]) {
    let mut running = translated(&format!("(module {TAGS} {body})"));
    for (argument, outcome) in expected {
        assert_eq!(running.call("run", &[*argument]), *outcome, "with argument {argument}");
    }
}

fn returned(value: i64) -> Outcome {
    Outcome::Returned(vec![value])
}

fn thrown(tag: &str, values: &[i64]) -> Outcome {
    Outcome::Thrown(tag.to_owned(), values.to_vec())
}

#[test]
fn the_first_clause_that_fits_catches() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try (result i32)
                local.get 0  call $throw_by  i32.const 0
            catch $one
                i32.const 1 i32.add
            catch $none
                i32.const 100
            catch $one
                drop i32.const -1
            catch_all
                i32.const 1000
            end)"#,
        &[(0, returned(0)), (1, returned(100)), (2, returned(23)), (3, returned(1000))],
    );
}

#[test]
fn what_no_clause_catches_goes_to_the_next_try_outside_and_then_to_the_caller() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try (result i32)
                try (result i32)
                    local.get 0  call $throw_by  i32.const 0
                catch $none
                    i32.const 100
                end
                i32.const 1 i32.add
            catch $one
                i32.const 1000 i32.add
            end)"#,
        &[(0, returned(1)), (1, returned(101)), (2, returned(1022)), (3, thrown("two", &[33, 333]))],
    );
}

#[test]
fn all_values_of_a_tag_reach_its_handler() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            (local i64 i32)
            try
                local.get 0  call $throw_by
            catch $two
                local.set 2  local.set 1
            end
            local.get 1 i32.wrap_i64  i32.const 1000  i32.mul
            local.get 2 i32.add)"#,
        &[(0, returned(0)), (3, returned(33_333))],
    );
}

#[test]
fn a_try_without_clauses_is_a_block() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            i32.const 5
            try (param i32) (result i32)
                local.get 0  br_if 0
                local.get 0  call $throw_by
                i32.const 1  i32.add
            end)"#,
        &[(0, returned(6)), (7, returned(5))],
    );
}

#[test]
fn a_rethrow_in_a_handler_throws_the_same_exception() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try (result i32)
                local.get 0  call $throw_by  i32.const 0
            catch $none
                rethrow 0
            catch $two
                drop drop
                block
                    block
                        rethrow 2
                    end
                end
                i32.const 0
            catch_all
                local.get 0  i32.const 2  i32.eq
                if
                    rethrow 1
                end
                i32.const 9
            end)"#,
        &[(0, returned(0)), (1, thrown("none", &[])), (2, thrown("one", &[22])), (3, thrown("two", &[33, 333]))],
    );
}

#[test]
fn a_rethrow_names_an_outer_handler_across_inner_ones() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try (result i32)
                try (result i32)
                    i32.const 7  throw $one
                catch $one
                    drop
                    try (result i32)
                        local.get 0  call $throw_by  i32.const 0
                    catch $one
                        drop  rethrow 1
                    catch $none
                        try (result i32)
                            throw $none
                        catch_all
                            ;; to the one caught first, not to the inner ones
                            rethrow 2
                        end
                    catch_all
                        rethrow 0
                    end
                end
            catch $one
                i32.const 1000  i32.add
            end)"#,
        &[(0, returned(0)), (1, returned(1007)), (2, returned(1007)), (3, thrown("two", &[33, 333]))],
    );
}

#[test]
fn a_rethrow_inside_an_inner_try_can_be_caught_there() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try (result i32)
                local.get 0  call $throw_by  i32.const 0
            catch_all
                try (result i32)
                    rethrow 1
                catch $one
                    i32.const 1000  i32.add
                catch $none
                    i32.const 55
                end
            end)"#,
        &[(0, returned(0)), (1, returned(55)), (2, returned(1022)), (3, thrown("two", &[33, 333]))],
    );
}

#[test]
fn exceptions_of_recursive_calls_keep_apart() {
    check(
        r#"(func $down (export "run") (param i32) (result i32)
            try (result i32)
                local.get 0  throw $one
            catch $one
                drop
                local.get 0
                if
                    try
                        local.get 0  i32.const 1  i32.sub  call $down  drop
                    catch_all
                    end
                end
                ;; the deeper ones must not have replaced this one
                rethrow 0
            end)"#,
        &[(0, thrown("one", &[0])), (3, thrown("one", &[3]))],
    );
}

#[test]
fn a_handler_is_not_protected_by_its_own_try() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try (result i32)
                local.get 0  call $throw_by  i32.const 0
            catch $none
                i32.const 4  throw $one
            catch $one
                throw $none
            catch_all
                i32.const 5  throw $one
            end)"#,
        &[(0, returned(0)), (1, thrown("one", &[4])), (2, thrown("none", &[])), (3, thrown("one", &[5]))],
    );
}

#[test]
fn a_delegate_skips_what_lies_between() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try $outer (result i32)
                try $middle (result i32)
                    try (result i32)
                        local.get 0  call $throw_by  i32.const 0
                    delegate $outer
                catch_all
                    i32.const -1
                end
            catch $none
                i32.const 10
            catch $one
            end)"#,
        &[(0, returned(0)), (1, returned(10)), (2, returned(22)), (3, thrown("two", &[33, 333]))],
    );
}

#[test]
fn a_delegate_to_a_block_goes_to_the_try_around_it() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try $outer (result i32)
                block $target (result i32)
                    try $middle (result i32)
                        try (result i32)
                            local.get 0  call $throw_by  i32.const 0
                        delegate $target
                    catch_all
                        i32.const -1
                    end
                end
            catch $none
                i32.const 10
            end)"#,
        &[(0, returned(0)), (1, returned(10)), (2, thrown("one", &[22]))],
    );
}

#[test]
fn a_delegate_to_the_function_leaves_it() {
    check(
        r#"(func $inner (param i32) (result i32)
            try (result i32)
                try (result i32)
                    local.get 0  i32.const 8  i32.eq
                    if
                        i32.const 80  return
                    end
                    local.get 0  i32.const 9  i32.eq
                    if
                        i32.const 90  br 3
                    end
                    local.get 0  call $throw_by  i32.const 0
                delegate 1
                i32.const 1 i32.add
            catch_all
                i32.const -1
            end)
        (func (export "run") (param i32) (result i32)
            try (result i32)
                local.get 0  call $inner
            catch $one
                i32.const 1000  i32.add
            end)"#,
        &[(0, returned(1)), (1, thrown("none", &[])), (2, returned(1022)), (8, returned(80)), (9, returned(90))],
    );
}

#[test]
fn a_delegate_out_of_a_handler_passes_the_try_of_that_handler() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try $outer (result i32)
                try $caught (result i32)
                    throw $none
                catch $none
                    try (result i32)
                        local.get 0  call $throw_by  i32.const 0
                    delegate $caught
                catch_all
                    i32.const -1
                end
            catch $one
            end)"#,
        &[(0, returned(0)), (1, thrown("none", &[])), (2, returned(22))],
    );
}

#[test]
fn delegates_chain_through_other_delegates_and_keep_values_of_blocks() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try $outer (result i32)
                i32.const 1
                try $skipped (param i32) (result i32)
                    try $second (param i32) (result i32)
                        try $unused (param i32) (result i32)
                            try (param i32) (result i32)
                                local.get 0  call $throw_by
                                i32.const 2  i32.add
                            delegate $second
                        catch_all
                            i32.const -2
                        end
                        i32.const 4  i32.add
                    delegate $outer
                catch_all
                    i32.const -1
                end
            catch $none
                i32.const 10
            catch_all
                rethrow 0
            end)"#,
        &[(0, returned(7)), (1, returned(10)), (2, thrown("one", &[22])), (3, thrown("two", &[33, 333]))],
    );
}

#[test]
fn a_try_can_be_target_of_several_delegates_and_of_direct_throws() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try $target (result i32)
                try
                    local.get 0  i32.const 1  i32.eq
                    if  throw $none  end
                delegate $target
                try
                    local.get 0  i32.const 2  i32.eq
                    if  i32.const 3  throw $one  end
                delegate 0
                local.get 0  i32.const 3  i32.eq
                if  i32.const 4  throw $one  end
                i32.const 0
            catch $one
            catch_all
                i32.const 100
            end)"#,
        &[(0, returned(0)), (1, returned(100)), (2, returned(3)), (3, returned(4))],
    );
}

#[test]
fn branches_cross_tries_and_handlers() {
    // Each case leaves through another branch: 0-2 by br_table in the body, 3-5 by one in the handler.
    check(
        r#"(func (export "run") (param i32) (result i32)
            block $a (result i32)
                block $b (result i32)
                    try $t (result i32)
                        block (result i32)
                            i32.const 10
                            local.get 0
                            br_table 0 $t $b $throws $throws $throws $a
                        end
                        i32.const 1  i32.add
                        br $t
                        block $throws end
                    catch_all
                        unreachable
                    end
                    i32.const 100  i32.add
                end
                i32.const 1000  i32.add
            end)"#
            .replace("$throws", "$a")
            .as_str(),
        &[(0, returned(1111)), (1, returned(1110)), (2, returned(1010)), (3, returned(10)), (9, returned(10))],
    );
    check(
        r#"(func (export "run") (param i32) (result i32)
            block $a (result i32)
                block $b (result i32)
                    try $t (result i32)
                        throw $none
                    catch_all
                        try (result i32)
                            i32.const 7  throw $one
                        catch $one
                            local.get 0
                            br_table 0 $t $b $a
                        end
                        i32.const 1  i32.add
                        i32.const 2
                        local.get 0  br_if $t
                        drop
                    end
                    i32.const 100  i32.add
                end
                i32.const 1000  i32.add
            end)"#,
        &[(0, returned(1108)), (1, returned(1107)), (2, returned(1007)), (3, returned(7))],
    );
}

#[test]
fn loops_continue_from_bodies_and_handlers() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            (local $sum i32)
            loop $again
                local.get $sum  i32.const 1  i32.add  local.set $sum
                try
                    local.get 0  i32.const 1  i32.and
                    if  throw $none  end
                    local.get 0
                    if
                        local.get 0  i32.const 1  i32.sub  local.set 0
                        br $again
                    end
                catch $none
                    local.get $sum  i32.const 100  i32.add  local.set $sum
                    local.get 0  i32.const 1  i32.sub  local.set 0
                    br $again
                end
            end
            local.get $sum)"#,
        &[(0, returned(1)), (5, returned(306)), (6, returned(307))],
    );
}

#[test]
fn returns_leave_bodies_and_handlers() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try
                local.get 0  i32.eqz
                if  i32.const 10  return  end
                local.get 0  call $throw_by
            catch_all
                i32.const 20  return
            end
            i32.const 30)"#,
        &[(0, returned(10)), (1, returned(20)), (4, returned(30))],
    );
}

#[test]
fn tries_take_parameters_and_leave_several_results() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            (local i64)
            i32.const 1000
            i64.const 1  i32.const 2
            try (param i64 i32) (result i32 i64)
                local.get 0  call $throw_by
                i32.const 3  i32.add
                local.set 0  local.set 1
                local.get 0  local.get 1
            catch $two
                local.set 0  local.set 1
                local.get 0  local.get 1
                br 0
            catch $one
                i64.const 4
            catch_all
                i32.const 40  i64.const 5
            end
            i32.wrap_i64  i32.add  i32.add)"#,
        &[(0, returned(1006)), (1, returned(1045)), (2, returned(1026)), (3, returned(1366))],
    );
}

#[test]
fn values_below_a_try_survive_an_exception() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            i32.const 1
            i32.const 20
            try (result i32)
                i32.const 5  i32.const 6  i32.const 7
                local.get 0  call $throw_by
                drop drop
            catch_all
                i32.const 300
            end
            i32.add i32.add)"#,
        &[(0, returned(26)), (1, returned(321)), (3, returned(321))],
    );
}

#[test]
fn a_tail_call_leaves_the_try_before_it_calls() {
    check(
        r#"(func $throwing (param i32) (result i32)
            local.get 0  call $throw_by  i32.const 5)
        (func $tail (param i32) (result i32)
            try (result i32)
                local.get 0  return_call $throwing
            catch_all
                i32.const -1
            end)
        (func (export "run") (param i32) (result i32)
            try (result i32)
                local.get 0  call $tail
            catch $none
                i32.const 10
            end)"#,
        &[(0, returned(5)), (1, returned(10)), (2, thrown("one", &[22]))],
    );
}

#[test]
fn tries_in_unreachable_code_stay_valid() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            i32.const 3
            return
            try (param i32 i64) (result i64)
                try
                delegate 0
                try
                delegate 1
                drop drop  i64.const 0
            catch $two
                rethrow 0
            catch_all
                i64.const 0  br 0
            end
            unreachable)"#,
        &[(0, returned(3))],
    );
}

#[test]
fn standard_and_legacy_blocks_may_share_a_function() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            block $caught (result i32)
                try (result i32)
                    try_table (catch $one $caught)
                        local.get 0  call $throw_by
                    end
                    i32.const 1
                catch_all
                    block $inner
                        try_table (catch_all $inner)
                            rethrow 2
                        end
                    end
                    i32.const 2
                end
            end)"#,
        &[(0, returned(1)), (1, returned(2)), (2, returned(22)), (3, returned(2))],
    );
}

#[test]
fn branches_on_references_cross_tries() {
    check(
        r#"(elem declare func $throw_by)
        (func (export "run") (param i32) (result i32)
            (local funcref)
            local.get 0
            if  ref.func $throw_by  local.set 1  end
            block $null
                try
                    local.get 1  br_on_null $null  drop
                    block (result funcref)
                        local.get 1  br_on_non_null 0
                        unreachable
                    end
                    drop
                    throw $none
                catch_all
                    i32.const 5  return
                end
            end
            i32.const 6)"#,
        &[(0, returned(6)), (1, returned(5))],
    );
}

#[test]
fn uncaught_exceptions_reach_the_host_with_their_values() {
    check(
        r#"(func (export "run") (param i32) (result i32)
            try
                local.get 0  call $throw_by
            catch $none
                throw $none
            end
            i32.const 0)"#,
        &[(0, returned(0)), (1, thrown("none", &[])), (2, thrown("one", &[22])), (3, thrown("two", &[33, 333]))],
    );
}

#[test]
fn types_of_the_module_keep_their_indices() {
    check(
        r#"(rec
            (type $pair (struct (field i32) (field (ref null $pair))))
            (type $unused (func (param (ref $pair)) (result i32))))
        (type $sum (sub (func (param (ref null $pair) i32) (result i32))))
        (tag $carries (param (ref null $pair) i32))
        (func $add (type $sum)
            (i32.add (local.get 1) (struct.get $pair 0 (local.get 0))))
        (func (export "run") (param i32) (result i32)
            i32.const 40  ref.null $pair  struct.new $pair
            i32.const 1
            try (param (ref null $pair) i32) (result i32)
                local.get 0  i32.add
                local.get 0
                if (param (ref null $pair) i32) (result (ref null $pair) i32)
                    throw $carries
                end
                call $add
            catch $carries
                i32.const 100  i32.add
                ref.func $add  call_ref $sum
            end)
        (elem declare func $add)"#,
        &[(0, returned(41)), (5, returned(146))],
    );
}
